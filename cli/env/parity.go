package env

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Parity holds every env.example below dir against the matrix, both ways.
func Parity(m *spec.Matrix, dir string) []Finding {
	var out []Finding
	for _, s := range m.Services {
		_, findings, _ := readExample(m, s, dir) // what cannot be read is a finding, too
		out = append(out, findings...)
	}
	return out
}

func unreadable(m *spec.Matrix, s spec.Service, path string, err error) Finding {
	f := Finding{Rule: RuleNoFile, Where: release.Place{File: path}, Title: "cannot read the example of " + s.Name, Fix: err.Error()}
	if errors.Is(err, fs.ErrNotExist) {
		var keys []string
		for _, v := range m.Of(s.Name) {
			keys = append(keys, v.Name+"=")
		}
		f.Title = s.Name + " has no " + s.Example
		f.Fix, f.Try = "make it, with nothing but a comment in it", fixCommand
		if len(keys) > 0 {
			f.Fix = "make it, with a line for each of: " + strings.Join(keys, " ")
		}
	}
	return f
}

// compare finds how a file differs from what the matrix says of its service.
func compare(m *spec.Matrix, s spec.Service, file File) []Finding {
	var out []Finding
	variables := m.Of(s.Name)
	want := make(map[string]int, len(variables)) // their order
	for i, v := range variables {
		want[v.Name] = i
	}
	last := make(map[string]Entry, len(file.Entries)) // the one that counts
	var common []string
	for _, e := range file.Entries {
		last[e.Key] = e
		if e.Again() {
			continue
		}
		if _, ours := want[e.Key]; !ours {
			out = append(out, Finding{
				RuleExtra, e.At, fmt.Sprintf("%s is not a variable of %s", e.Key, s.Name),
				fmt.Sprintf("add it to %s with services: [%s], or remove the line", m.File, s.Name), "",
			})
			continue
		}
		common = append(common, e.Key)
	}
	for i, v := range variables {
		e, ok := last[v.Name]
		if !ok {
			out = append(out, missing(v, s, file, variables[:i], last))
			continue
		}
		if v.Secret && !e.Value.Empty() {
			out = append(out, Finding{
				RuleSecretValue, e.At, v.Name + " is a secret, and this file is committed",
				"leave it empty here; if the value was real, replace it at its vendor, because git remembers it", "",
			})
		}
	}
	out = append(out, annotations(m.File, variables, file)...)
	return append(out, order(m, last, want, common)...)
}

// missing says after which line a variable belongs.
func missing(v spec.Variable, s spec.Service, file File, before []spec.Variable, last map[string]Entry) Finding {
	at, after := release.Place{File: file.Path, Line: 1, Column: 1}, "at the top"
	for _, b := range slices.Backward(before) {
		if e, ok := last[b.Name]; ok {
			at, after = e.At, "after "+b.Name
			break
		}
	}
	return Finding{RuleMissing, at, fmt.Sprintf("%s is missing, and %s needs it", v.Name, s.Name), fmt.Sprintf("add the line %s= %s", v.Name, after), fixCommand}
}

// order finds the first variable that stands elsewhere than in the matrix.
func order(m *spec.Matrix, last map[string]Entry, want map[string]int, got []string) []Finding {
	sorted := slices.SortedFunc(slices.Values(got), func(a, b string) int { return want[a] - want[b] })
	for i := range got {
		if got[i] != sorted[i] {
			return []Finding{{RuleOrder, last[sorted[i]].At, fmt.Sprintf("%s stands after %s", sorted[i], got[i]), "put it before, as in " + m.File, ""}}
		}
	}
	return nil
}
