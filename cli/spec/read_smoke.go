package spec

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"readme/cli/smoke"
)

var (
	captureShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	headerShape  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_|~-]+$")
	jsonPath     = regexp.MustCompile(`^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,6}\])*$`)
)

func check(v value) Check {
	c := Check{At: v.place()}
	var contains []string
	var equal string
	var late *smoke.SQL
	h := &smoke.HTTP{} // for what an http check has besides its line
	v.object(
		need("name", text(&c.Name)),
		may("http", func(v value) { c.HTTP = request(v) }),
		may("headers", func(v value) { h.Headers = headers(v) }),
		may("form", func(v value) { h.Form = form(v) }),
		may("json", func(v value) { h.JSON = v.json() }),
		may("expect", func(v value) { expect(v, &c.Expect) }),
		may("capture", func(v value) { c.Capture = captures(v) }),
		may("cleanup", func(v value) { c.Cleanup = request(v) }),
		may("session", text(&c.Session)),
		may("log", func(v value) { c.Log = &smoke.Log{}; text(&c.Log.Service)(v) }),
		may("contains", textOrTexts(&contains)),
		may("late_if", func(v value) {
			late = &smoke.SQL{}
			v.object(need("sql", text(&late.Query)), need("equal", scalar(&late.Equal)))
		}),
		may("sql", func(v value) { c.SQL = &smoke.SQL{}; text(&c.SQL.Query)(v) }),
		may("equal", scalar(&equal)),
		may("within", duration(&c.Within)),
		may("after", texts(&c.After)),
	)
	kind(v)
	if c.HTTP != nil {
		c.HTTP.Headers, c.HTTP.Form, c.HTTP.JSON = h.Headers, h.Form, h.JSON
		if c.Cleanup != nil {
			c.Cleanup.Headers = h.Headers // who may make it may remove it
		}
	}
	if c.Log != nil {
		c.Log.Contains, c.Log.LateIf = contains, late
	}
	if c.SQL != nil {
		c.SQL.Equal = equal
	}
	checkName(v, c.Name)
	return c
}

// kind checks that a check is one of http, log and sql, and has the keys of that one.
func kind(v value) {
	common := []string{"name", "within", "after"}
	keys := map[string][]string{
		"http": append([]string{"http", "headers", "form", "json", "expect", "capture", "cleanup", "session"}, common...),
		"log":  append([]string{"log", "contains", "late_if"}, common...),
		"sql":  append([]string{"sql", "equal"}, common...),
	}
	if v.node.Kind != yaml.MappingNode {
		return
	}
	var is []string
	for _, k := range []string{"http", "log", "sql"} {
		if _, ok := v.has(k); ok {
			is = append(is, k)
		}
	}
	switch len(is) {
	case 0:
		v.wrong(v.path+" checks nothing", "it needs one of http, log, sql")
	case 1:
		v.only(keys[is[0]], slices.Concat(keys["http"], keys["log"], keys["sql"]), "a check of kind "+is[0])
	default:
		v.wrong(v.path+" is several checks in one", "it has "+strings.Join(is, " and ")+": make a check of each")
	}
	if second, both := v.has("json"); both {
		if _, ok := v.has("form"); ok {
			second.wrong(v.path+" has a form and a json", "a request has one body: remove one")
		}
	}
	for first, second := range map[string]string{"log": "contains", "sql": "equal"} {
		_, ok := v.has(first)
		if _, has := v.has(second); ok && !has {
			v.wrong(`the key "`+second+`" is missing in `+v.path, "a check of kind "+first+" needs it")
		}
	}
}

// checkName refuses names that could not be the id of a step, or that look like the id of another one.
func checkName(v value, name string) {
	n, ok := v.has("name")
	switch {
	case !ok || name == "":
	case len(name) > 100 || strings.ContainsAny(name, "\n\r\t"):
		n.wrong("the check's name is too long", "it is one line of at most 100 characters")
	case name == "migrations" || name == "bucket" || strings.HasPrefix(name, "promote ") || strings.HasPrefix(name, "variables of ") ||
		strings.HasPrefix(name, "clean up: ") || strings.HasSuffix(name, " (on the domain)"):
		n.wrong("a check cannot be named "+quote(name), "readme-ops names a step of its own like that")
	}
}

// request reads "METHOD URL".
func request(v value) *smoke.HTTP {
	var s string
	text(&s)(v)
	if s == "" {
		return nil
	}
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
	method, url, _ := strings.Cut(s, " ")
	switch {
	case !slices.Contains(methods, method):
		v.wrong(v.path+" begins with "+quote(method)+", which is no method", suggest(method, methods, "write it like GET ${api.url}/health; the methods are"))
	case url == "" || strings.ContainsAny(url, " \t\r\n"):
		v.wrong(v.path+" is not a method and a URL", "write it like GET ${api.url}/health")
	case !strings.HasPrefix(url, "${") && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://"):
		v.wrong(v.path+" has no full URL", "begin it with a service, like ${api.url}/health, or with https://")
	}
	return &smoke.HTTP{Method: method, URL: url}
}

func headers(v value) map[string]string {
	out := map[string]string{}
	v.each(func(n, v value) {
		var s string
		text(&s)(v)
		switch key := n.node.Value; {
		case !headerShape.MatchString(key) || strings.ContainsAny(s, "\r\n"):
			n.wrong(quote(key)+" is no header", "a header's name has letters, digits and -, and its value is one line")
		case s != "" && secretHeader.MatchString(key) && len(smoke.References(s)) == 0:
			v.wrong(key+" holds a secret", "this file is committed: use a variable of ops, such as ${ADMIN_TOKEN}")
		}
		out[n.node.Value] = s
	})
	return out
}

func form(v value) []smoke.Field {
	var out []smoke.Field
	v.each(func(n, v value) {
		f := smoke.Field{Name: n.node.Value}
		scalar(&f.Value)(v)
		if file, ok := strings.CutPrefix(f.Value, "@"); ok && (file == "" || !inside(file)) {
			v.wrong(v.path+" leads out of the repository", "write @ and a path relative to its top")
		}
		out = append(out, f)
	})
	return out
}

// textOrTexts reads one text or a list of them.
func textOrTexts(to *[]string) func(value) {
	return func(v value) {
		if v.node.Kind == yaml.SequenceNode {
			texts(to)(v)
			if len(v.node.Content) == 0 {
				v.wrong(v.path+" is empty", "write at least one text")
			}
			return
		}
		var s string
		text(&s)(v)
		*to = []string{s}
	}
}

func expect(v value, e *smoke.Expect) {
	v.object(
		may("status", func(v value) {
			n, err := strconv.Atoi(v.node.Value)
			if v.node.Tag != "!!int" || err != nil || n < 100 || n > 599 {
				v.wrong(v.path+" is not an HTTP status", "write a number from 100 to 599")
				return
			}
			e.Status = n
		}),
		may("json", func(v value) {
			v.each(func(n, v value) {
				m := smoke.Matcher{Path: pathOf(n)}
				if v.node.Value == "present" && v.node.Style == 0 {
					m.Present = true // quoted, it is the text "present"
				} else {
					scalar(&m.Want)(v)
				}
				e.JSON = append(e.JSON, m)
			})
		}),
		may("body", textOrTexts(&e.Body)),
	)
}

func captures(v value) []smoke.Capture {
	var out []smoke.Capture
	v.each(func(n, v value) {
		if !captureShape.MatchString(n.node.Value) || n.node.Value == "smoke_household" {
			n.wrong(quote(n.node.Value)+" cannot be captured to", "a capture's name has lower-case letters, digits and _")
		}
		var s string
		text(&s)(v)
		if s != "" {
			pathOf(v)
		}
		out = append(out, smoke.Capture{Name: n.node.Value, Path: s})
	})
	return out
}

func pathOf(v value) string {
	if v.node.Kind != yaml.ScalarNode || !jsonPath.MatchString(v.node.Value) {
		v.wrong(quote(v.node.Value)+" is not a place in a JSON answer", "write it like $.book.pages[0].id")
	}
	return v.node.Value
}

// json turns a value into what encoding/json takes.
func (v value) json() any {
	switch v.node.Kind {
	default: // a scalar, which is read below: aliases were refused before
	case yaml.MappingNode:
		out := map[string]any{}
		v.each(func(n, v value) { out[n.node.Value] = v.json() })
		return out
	case yaml.SequenceNode:
		out := []any{}
		v.list(func(v value) { out = append(out, v.json()) })
		return out
	}
	if v.node.Tag == "!!timestamp" {
		return v.node.Value
	}
	var out any
	if err := v.node.Decode(&out); err != nil {
		v.wrong(v.path+" cannot be read", "put quotes around it")
		return nil
	}
	if f, ok := out.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		v.wrong(v.path+" is no number that JSON has", "put quotes around it, or remove it")
		return nil
	}
	return out
}
