package spec

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"readme/cli/smoke"
)

var variableShape = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,126}$`)

// IsVariable reports whether a name can be that of a variable in envmatrix.yaml.
func IsVariable(name string) bool { return variableShape.MatchString(name) }

func readMatrix(d *document) *Matrix {
	m := &Matrix{File: d.file}
	value{d, "", d.root}.object(
		need("version", version),
		need("services", func(v value) {
			v.each(func(n, v value) { m.Services = append(m.Services, service(n, v)) })
		}),
		need("variables", func(v value) {
			v.each(func(n, v value) { m.Variables = append(m.Variables, variable(n, v)) })
		}),
	)
	return m
}

// folders reads paths inside the repository.
func folders(to *[]string) func(value) {
	return func(v value) {
		texts(to)(v)
		for i, path := range *to {
			if path != "" && !inside(path) {
				item := v.doc.values[fmt.Sprintf("%s[%d]", v.path, i)]
				item.wrong(quote(path)+" leads out of the repository", "write a path relative to its top, with / and without ..")
			}
		}
	}
}

func service(n, v value) Service {
	s := Service{Name: named(n), At: n.place()}
	v.object(
		need("example", repoPath(&s.Example)),
		may("deploy", text(&s.Deploy)),
		may("code", folders(&s.Code)),
		may("provided", texts(&s.Provided)),
	)
	return s
}

func variable(n, v value) Variable {
	out := Variable{Name: n.node.Value, At: n.place(), Type: "string"}
	read := true
	if !IsVariable(out.Name) {
		n.wrong(quote(out.Name)+" is no name of a variable", "it has upper-case letters, digits and _, and begins with a letter")
	}
	v.object(
		need("about", text(&out.About)),
		may("type", oneOf(&out.Type, Types()...)),
		may("secret", flag(&out.Secret)),
		need("services", texts(&out.Services)),
		may("required", func(v value) { required(v, &out) }),
		may("default", scalar(&out.Default)),
		may("value", scalar(&out.Value)),
		may("same_everywhere", flag(&out.SameEverywhere)),
		may("code", flag(&read)),
	)
	out.Unread = !read
	if strings.ContainsAny(out.About, "\r\n") {
		v.doc.values[v.path+".about"].wrong(v.path+".about has several lines", "it becomes a comment: write one line")
	}
	if list, ok := v.has("services"); ok && list.node.Kind == yaml.SequenceNode && len(list.node.Content) == 0 {
		list.wrong(out.Name+" is read by no service", "name one, or remove the variable")
	}
	out.values(v)
	return out
}

// required reads `required: [dev, prod]`, `true` or `false`.
func required(v value, out *Variable) {
	if v.node.Kind != yaml.ScalarNode {
		texts(&out.Required)(v)
		out.Optional = v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0
		return
	}
	always := true
	if v.node.Tag != "!!bool" {
		v.want("true, false or a list of environments")
		return
	}
	flag(&always)(v)
	out.Optional = !always
}

// values checks default and value. A literal secret here would be committed, so none is ever shown as evidence.
func (out *Variable) values(v value) {
	defaults, hasDefault := v.has("default")
	fixed, hasValue := v.has("value")
	if hasDefault && hasValue {
		fixed.wrong(out.Name+" has a default and a value", "a value is fixed and needs no default: remove one")
	}
	for _, c := range []struct {
		v    value
		text string
		ok   bool
	}{{defaults, out.Default, hasDefault}, {fixed, out.Value, hasValue}} {
		if !c.ok || c.text == "" {
			continue
		}
		switch {
		case out.Secret && !templated(c.text):
			c.v.wrong(out.Name+" is a secret, and its value stands here", "this file is committed: remove it, and put it into the environment's values")
		case credential.MatchString(c.text):
			c.v.wrong(out.Name+" has a value that looks like a secret", "this file is committed: mark the variable with secret: true, and put the value into the environment's values")
		case len(smoke.References(c.text)) == 0:
			if err := CheckType(out.Type, c.text); err != nil {
				c.v.wrong(c.v.path+" does not fit its type", err.Error())
			}
		}
	}
}

// templated reports whether all of a text comes from references.
func templated(s string) bool {
	refs := smoke.References(s)
	if len(refs) == 0 {
		return false
	}
	for _, r := range refs {
		s = strings.Replace(s, "${"+r.Name+"}", "", 1)
	}
	return s == ""
}
