package spec

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"readme/cli/release"
)

const defaultLockTimeout = 2 * time.Second

var (
	nameShape   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	uuidShape   = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	bucketShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	mediaShape  = regexp.MustCompile(`^[a-z]+/([a-z0-9][a-z0-9.+-]*|\*)$`)
)

func readRelease(d *document) *Release {
	r := &Release{File: d.file, OnFailure: "rollback"}
	value{d, "", d.root}.object(
		need("version", version),
		need("project", name(&r.Project)),
		need("environments", func(v value) {
			v.each(func(n, v value) { r.Environments = append(r.Environments, environment(n, v)) })
			if v.node.Kind == yaml.MappingNode && len(r.Environments) == 0 {
				v.wrong("there is no environment", "add one, for example: local: {box: true}")
			}
		}),
		may("migrations", func(v value) { r.Migrations = migrations(v) }),
		may("bucket", func(v value) { r.Bucket = bucket(v) }),
		need("deploy", func(v value) {
			v.each(func(n, v value) { r.Deploy = append(r.Deploy, deploy(n, v)) })
		}),
		may("smoke_household", shaped(&r.Household, uuidShape, "a UUID, such as 00000000-0000-4000-8000-000000000001")),
		may("smoke", func(v value) {
			v.list(func(v value) { r.Smoke = append(r.Smoke, check(v)) })
		}),
		may("on_failure", oneOf(&r.OnFailure, "rollback", "leave")),
	)
	return r
}

func version(v value) {
	if v.node.Tag != "!!int" || v.node.Value != "1" {
		v.wrong("version must be 1", "this readme-ops knows no other")
	}
}

// shaped reads a text that fits a pattern.
func shaped(to *string, shape *regexp.Regexp, what string) func(value) {
	return func(v value) {
		var s string
		text(&s)(v)
		if s != "" && !shape.MatchString(s) {
			v.wrong(v.path+" is not "+what, "it is "+quote(s))
			return
		}
		*to = s
	}
}

func name(to *string) func(value) {
	return shaped(to, nameShape, "a name of lower-case letters, digits, - and _")
}

// named checks the name of an entry, which is a key.
func named(n value) string {
	if !nameShape.MatchString(n.node.Value) {
		n.wrong(quote(n.node.Value)+" is no name", "a name has lower-case letters, digits, - and _, and begins with a letter")
	}
	return n.node.Value
}

// repoPath reads a path inside the repository.
func repoPath(to *string) func(value) {
	return func(v value) {
		var s string
		text(&s)(v)
		if s != "" && !inside(s) {
			v.wrong(v.path+" leads out of the repository", "write a path relative to its top, with / and without ..")
			return
		}
		*to = s
	}
}

func inside(path string) bool {
	if strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\\\x00\n") {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == ".." {
			return false
		}
	}
	return true
}

func environment(n, v value) Environment {
	e := Environment{Name: named(n), At: n.place()}
	v.object(
		may("box", flag(&e.Box)),
		may("auto", flag(&e.Auto)),
		may("values", text(&e.Values)),
		may("targets", func(v value) { targets(v, &e.Targets) }),
		may("requires", func(v value) { requires(v, &e.Requires) }),
		may("notify", func(v value) { notify(v, &e) }),
	)
	if pinned, ok := v.doc.values[v.path+".targets"]; ok && e.Box {
		pinned.wrong(e.Name+" is a box and has targets", "the box has its own: remove targets, or box")
	}
	return e
}

func targets(v value, t *Targets) {
	v.object(
		may("railway", func(v value) {
			v.object(need("project", text(&t.Railway.Project)), need("environment", text(&t.Railway.Environment)))
		}),
		may("vercel", func(v value) {
			v.object(need("project", text(&t.Vercel.Project)), may("team", text(&t.Vercel.Team)))
		}),
		may("pipecat", func(v value) {
			v.object(need("agent", text(&t.Pipecat.Agent)), may("secret_set", text(&t.Pipecat.SecretSet)))
		}),
		may("supabase", text(&t.Supabase)),
	)
}

func requires(v value, r *Requires) {
	v.object(
		may("passed", text(&r.Passed)),
		may("clean", flag(&r.Clean)),
		may("any", func(v value) {
			v.list(func(v value) {
				g := Gate{}
				v.object(may("tag", text(&g.Tag)), may("approval", flag(&g.Approval)))
				if (g.Tag == "") != g.Approval {
					v.wrong(v.path+" must be one gate", `write {tag: "v*"} or {approval: true}`)
				}
				if _, err := path.Match(g.Tag, ""); err != nil {
					v.wrong(quote(g.Tag)+" is no pattern of tags", "* stands for anything but a slash, as in v*")
				}
				r.Any = append(r.Any, g)
			})
		}),
	)
}

func migrations(v value) Migrations {
	m := Migrations{LockTimeout: defaultLockTimeout}
	v.object(need("dir", repoPath(&m.Dir)), may("lock_timeout", duration(&m.LockTimeout)))
	return m
}

func bucket(v value) *Bucket {
	b := &Bucket{At: release.Place{File: v.doc.file, Line: v.node.Line, Column: v.node.Column}}
	v.object(
		need("name", shaped(&b.Name, bucketShape, "a bucket's name")),
		may("public", flag(&b.Public)),
		may("max_size", size(&b.MaxSize)),
		may("types", texts(&b.Types)),
	)
	for i, t := range b.Types {
		if t != "" && !mediaShape.MatchString(t) {
			v.doc.values[fmt.Sprintf("%s.types[%d]", v.path, i)].wrong(quote(t)+" is no media type", "write one such as application/pdf or image/*")
		}
	}
	return b
}
