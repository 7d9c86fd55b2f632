package env

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"readme/cli/release"
	"readme/cli/spec"
)

// Project is what env check and env fix look at: files of this machine, and nothing that is live.
type Project struct {
	Dir     string // where the files lie, as a person would write it: it stands before every path in a finding
	Values  string // where the values files lie; "" for Dir
	Release *spec.Release
	Matrix  *spec.Matrix
	Git     Git // nil where nothing is known of git
	// Committed lists the .env files below Dir that git has, relative to it; nil where nothing is known of git.
	Committed func(ctx context.Context) ([]string, error)

	// For Check alone.
	Environments []spec.Environment               // those whose values files are read, where they exist
	Own          []spec.Variable                  // what readme-ops itself reads in a values file, beside those of the matrix
	Process      func(name string) (string, bool) // the environment of the process: a value that it has is not missing; nil for none
}

// Git tells which of some files, given as Project has their paths, git tracks, and which it ignores.
type Git func(ctx context.Context, paths []string) (tracked, ignored map[string]bool, err error)

// Report is what Check found.
type Report struct {
	Groups []Group  // those that have findings
	Notes  []string // what could not be looked at, in words; no reason to refuse anything
	Counts Counts
}

// Group are the findings of one kind, by file and line.
type Group struct {
	Name     string // "examples", "code", "values of dev" ...
	Findings []Finding
}

// Counts is what was looked at.
type Counts struct {
	Variables, Services int // of the matrix
	Examples, Values    int // files that were read
	Sources, Reads      int // files of code, and places in them that read a variable
}

// Findings are all of them, in order.
func (r Report) Findings() []Finding {
	var all []Finding
	for _, g := range r.Groups {
		all = append(all, g.Findings...)
	}
	return all
}

// Check finds everything in the files of a project that does not agree with envmatrix.yaml. It asks no vendor, runs no program but
// git, and opens no secret store. The error is ctx's.
func Check(ctx context.Context, p Project) (Report, error) {
	c := checker{Project: p, known: index(p.Matrix.Variables), targets: targetsOf(p.Release)}
	looks := []func(*checker, context.Context){
		(*checker).examples, (*checker).matrix, (*checker).code, (*checker).git, (*checker).committed, (*checker).values, (*checker).docs,
	}
	var group errgroup.Group
	found := make([]checker, len(looks)) // what each found is told in their order
	for i, look := range looks {
		found[i] = c
		group.Go(func() error {
			if ctx.Err() == nil {
				look(&found[i], ctx)
			}
			return nil
		})
	}
	_ = group.Wait()
	if ctx.Err() != nil {
		return Report{}, context.Cause(ctx)
	}
	out := Report{Counts: Counts{Variables: len(p.Matrix.Variables), Services: len(p.Matrix.Services)}}
	for _, f := range found {
		out.add(f.report)
	}
	return out, nil
}

// add takes in what another look has found.
func (r *Report) add(o Report) {
	r.Groups, r.Notes = append(r.Groups, o.Groups...), append(r.Notes, o.Notes...)
	r.Counts.Examples += o.Counts.Examples
	r.Counts.Values += o.Counts.Values
	r.Counts.Sources += o.Counts.Sources
	r.Counts.Reads += o.Counts.Reads
}

// checker holds what several rules need.
type checker struct {
	Project
	known   map[string]spec.Variable
	targets targets
	report  Report
}

func index(variables []spec.Variable) map[string]spec.Variable {
	out := make(map[string]spec.Variable, len(variables))
	for _, v := range variables {
		out[v.Name] = v
	}
	return out
}

// add keeps what one look has found, by file, line and rule.
func (c *checker) add(group string, findings []Finding) {
	if len(findings) == 0 {
		return
	}
	for i := range findings {
		if at := &findings[i].Where; at.Line == 0 { // a file that is not there: a place can be clicked on all the same
			at.Line, at.Column = 1, 1
		}
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Where.File, b.Where.File), a.Where.Line-b.Where.Line, a.Where.Column-b.Where.Column, strings.Compare(a.Rule, b.Rule))
	})
	c.report.Groups = append(c.report.Groups, Group{group, findings})
}

func (c *checker) note(text string) { c.report.Notes = append(c.report.Notes, text) }

// valuesPath is where the values of an environment lie.
func (c *checker) valuesPath(e spec.Environment) string {
	return filepath.Join(cmp.Or(c.Values, c.Dir), filepath.FromSlash(e.Values))
}

func (c *checker) docs(context.Context) { c.add("docs", Fresh(c.Project)) }

// matrix finds what is wrong with the declarations themselves.
func (c *checker) matrix(context.Context) {
	var out []Finding
	for _, v := range c.Matrix.Variables {
		out = append(out, declared(v)...)
		for _, text := range []string{v.Default, v.Value} {
			out = append(out, c.targets.fixed(c.Matrix, v, text)...)
		}
	}
	c.add("matrix", out)
}

// declared finds a secret that is none by its declaration, or that everybody would get to see.
func declared(v spec.Variable) []Finding {
	secret := v.Secret || spec.SecretType(v.Type) || secretName(v.Name)
	switch prefix := publicPrefix(v.Name); {
	case secret && prefix != "":
		return []Finding{{
			RulePublic, v.At, v.Name + " is a secret, and " + prefix + "… is built into what browsers load",
			"read it on the server, under a name without " + prefix, "",
		}}
	case secret && !v.Secret:
		return []Finding{{
			RuleUnmarked, v.At, v.Name + " is a secret by its " + why(v) + ", and is not marked as one",
			"add secret: true, or its value is shown in plans and logs", "",
		}}
	}
	return nil
}

func why(v spec.Variable) string {
	if spec.SecretType(v.Type) {
		return "type"
	}
	return "name"
}

// secretName reports whether people give a name to nothing but a secret.
func secretName(name string) bool {
	for _, end := range []string{"_SECRET", "_SECRET_KEY", "_PASSWORD", "_PRIVATE_KEY", "_SERVICE_ROLE_KEY"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// publicPrefix is the begin of a name by which a build takes the variable into what browsers load; "" for others.
func publicPrefix(name string) string {
	for _, p := range []string{"NEXT_PUBLIC_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "PUBLIC_", "VITE_", "REACT_APP_", "GATSBY_", "VUE_APP_"} {
		if strings.HasPrefix(name, p) {
			return p
		}
	}
	return ""
}

// exposed finds a value that must not reach a browser, under a name that does.
func exposed(key string, value release.Secret, at release.Place) []Finding {
	if prefix := publicPrefix(key); prefix != "" && spec.OpensAll(value.Reveal()) {
		return []Finding{{
			RulePublic, at, "the value of " + key + " is a secret key, and " + prefix + "… is built into what browsers load",
			"put the public key here; if this one was ever built into a page, replace it at its vendor", "",
		}}
	}
	return nil
}
