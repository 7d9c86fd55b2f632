package env

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Parity holds every env.example below dir against the matrix, both ways.
func Parity(m *spec.Matrix, dir string) []Finding {
	var out []Finding
	for _, s := range m.Services {
		path := filepath.Join(dir, filepath.FromSlash(s.Example))
		file, findings, err := ReadFile(path)
		if err != nil {
			out = append(out, unreadable(m, s, path, err))
			continue
		}
		out = append(out, findings...)
		out = append(out, compare(m, s, file)...)
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
		f.Fix = "make it, with nothing but a comment in it"
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
	var want, common []string
	for _, v := range variables {
		want = append(want, v.Name)
	}
	for _, e := range file.Entries {
		if e.Again() {
			continue
		}
		if !slices.Contains(want, e.Key) {
			out = append(out, Finding{
				RuleExtra, e.At, fmt.Sprintf("%s is not a variable of %s", e.Key, s.Name),
				fmt.Sprintf("add it to %s with services: [%s], or remove the line", m.File, s.Name), "",
			})
			continue
		}
		common = append(common, e.Key)
	}
	for i, v := range variables {
		e, ok := file.Get(v.Name)
		if !ok {
			out = append(out, missing(v, s, file, want[:i]))
			continue
		}
		if v.Secret && !e.Value.Empty() {
			out = append(out, Finding{
				RuleSecretValue, e.At, v.Name + " is a secret, and this file is committed",
				"leave it empty here; if the value was real, replace it at its vendor, because git remembers it", "",
			})
		}
	}
	return append(out, order(m, file, want, common)...)
}

// missing says after which line a variable belongs.
func missing(v spec.Variable, s spec.Service, file File, before []string) Finding {
	at, after := release.Place{File: file.Path, Line: 1, Column: 1}, "at the top"
	for _, name := range slices.Backward(before) {
		if e, ok := file.Get(name); ok {
			at, after = e.At, "after "+name
			break
		}
	}
	return Finding{RuleMissing, at, fmt.Sprintf("%s is missing, and %s needs it", v.Name, s.Name), fmt.Sprintf("add the line %s= %s", v.Name, after), ""}
}

// order finds the first variable that stands elsewhere than in the matrix.
func order(m *spec.Matrix, file File, want, got []string) []Finding {
	sorted := slices.SortedFunc(slices.Values(got), func(a, b string) int { return slices.Index(want, a) - slices.Index(want, b) })
	for i := range got {
		if got[i] != sorted[i] {
			e, _ := file.Get(sorted[i])
			return []Finding{{RuleOrder, e.At, fmt.Sprintf("%s stands after %s", sorted[i], got[i]), "put it before, as in " + m.File, ""}}
		}
	}
	return nil
}
