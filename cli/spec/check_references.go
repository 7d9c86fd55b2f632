package spec

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"readme/cli/smoke"
)

// scope is what a reference may name.
type scope struct {
	rel       *Release
	variables []string       // of readme-ops itself
	others    []string       // variables that other services read
	captures  map[string]int // to the check that captures it
}

func newScope(r *Release, m *Matrix) *scope {
	s := &scope{rel: r, captures: map[string]int{}}
	for i, c := range r.Smoke {
		for _, k := range c.Capture {
			s.captures[k.Name] = i
		}
	}
	if m != nil {
		for _, v := range m.Variables {
			if slices.Contains(v.Services, "ops") {
				s.variables = append(s.variables, v.Name)
			} else {
				s.others = append(s.others, v.Name)
			}
		}
	}
	return s
}

// references checks the references in the smoke checks. Who uses the capture of an earlier check comes after it, even
// if the file does not say so. A nil matrix could not be read, and then nothing is known about variables.
func (r *Release) references(d *document, m *Matrix) {
	s := newScope(r, m)
	var g graph
	for _, c := range r.Smoke {
		g.add(c.Name, c.After, "")
	}
	for i := range r.Smoke {
		path := fmt.Sprintf("smoke[%d]", i)
		for _, key := range []string{"http", "headers", "form", "json", "contains", "late_if", "sql", "equal", "expect", "cleanup"} {
			v, ok := d.values[path+"."+key]
			if !ok {
				continue
			}
			v.references(func(at value, ref smoke.Ref) {
				if from, captured := s.captures[ref.Name]; captured && ref.Closed {
					s.capture(at, ref, i, from, key, &g)
				} else if wrong, why := s.unknown(ref, m != nil); wrong != "" {
					at.wrongAt(ref, wrong, why)
				}
			})
		}
	}
}

// capture checks that what check i uses was captured before, by check from.
func (s *scope) capture(at value, ref smoke.Ref, i, from int, key string, g *graph) {
	user, source := &s.rel.Smoke[i], s.rel.Smoke[from]
	switch {
	case i == from && key == "cleanup", source.Name == "" || user.Name == "":
	case i == from:
		at.wrongAt(ref, "a check cannot use what it captures itself", "only its cleanup and later checks can")
	case g.before(user.Name)[source.Name]:
	case from > i:
		at.wrongAt(ref, fmt.Sprintf("${%s} is captured later, by %s", ref.Name, quote(source.Name)), "list that check in after, or move it up")
	default:
		user.After = append(user.After, source.Name)
		g.after[user.Name] = user.After
	}
}

// unknown says what is wrong with a reference, or nothing.
func (s *scope) unknown(ref smoke.Ref, variables bool) (wrong, why string) {
	if !ref.Closed {
		return "a reference is not closed", "its } is missing; for a literal ${ write $${"
	}
	wrong = "unknown reference " + quote("${"+ref.Name+"}")
	if of, what, dotted := strings.Cut(ref.Name, "."); dotted {
		return s.unknownPart(wrong, of, what, ref.Name)
	}
	switch {
	case ref.Name == "smoke_household":
		if s.rel.Household == "" {
			return "smoke_household is not set", "add the key smoke_household, with the UUID of a household for tests"
		}
		return "", ""
	case slices.Contains(s.variables, ref.Name):
		return "", ""
	case variableShape.MatchString(ref.Name) && !variables:
		return "", ""
	case slices.Contains(s.others, ref.Name):
		return ref.Name + " is not a variable of ops", "readme-ops can only use its own: add ops to the variable's services in envmatrix.yaml"
	}
	return wrong, suggest(ref.Name, s.all(), "there are")
}

func (s *scope) unknownPart(wrong, of, what, name string) (string, string) {
	if of == "release" && (what == "id" || what == "commit") {
		return "", ""
	}
	d, ok := s.rel.Service(of)
	if !ok {
		return wrong, suggest(name, s.all(), "there are")
	}
	parts := partsOf(d)
	if slices.Contains(parts, what) {
		return "", ""
	}
	for i := range parts {
		parts[i] = of + "." + parts[i]
	}
	return wrong, suggest(name, parts, "there are")
}

// partsOf lists what can be referred to of a service. A bot has no address, only one where its sessions start.
func partsOf(d Deploy) []string {
	if d.To == "pipecat" {
		return []string{"start_url", "commit"}
	}
	return []string{"url", "commit"}
}

// all lists every name that there is.
func (s *scope) all() []string {
	out := []string{"release.id", "release.commit"}
	for _, d := range s.rel.Deploy {
		for _, p := range partsOf(d) {
			out = append(out, d.Name+"."+p)
		}
	}
	if s.rel.Household != "" {
		out = append(out, "smoke_household")
	}
	for _, c := range s.rel.Smoke {
		for _, k := range c.Capture {
			out = append(out, k.Name)
		}
	}
	return append(out, s.variables...)
}

// references visits the references in all texts of a value.
func (v value) references(visit func(value, smoke.Ref)) {
	if v.node.Kind == yaml.ScalarNode {
		for _, ref := range smoke.References(v.node.Value) {
			visit(v, ref)
		}
	}
	for i, c := range v.node.Content {
		if v.node.Kind != yaml.MappingNode || i%2 == 1 {
			value{v.doc, v.path, c}.references(visit)
		}
	}
}

// wrongAt adds a fault where a reference stands in a value.
func (v value) wrongAt(ref smoke.Ref, title, detail string) {
	text := "${" + ref.Name
	if ref.Closed {
		text += "}"
	}
	for line := v.node.Line; line < v.node.Line+50; line++ {
		if len(v.doc.line(line)) > maxLine {
			break
		}
		from := 0
		if line == v.node.Line {
			r := []rune(v.doc.line(line))
			from = len(string(r[:min(max(v.node.Column-1, 0), len(r))]))
		}
		source := v.doc.line(line)
		if at := strings.Index(source[from:], text); at >= 0 {
			v.doc.add(line, utf8.RuneCountInString(source[:from+at])+1, utf8.RuneCountInString(text), title, detail)
			return
		}
	}
	v.wrong(title, detail)
}
