package env

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Change is a file of the project that has to be written anew.
type Change struct {
	Path   string // below the project's folder, with slashes
	Before []byte // nil where there is no such file yet
	After  []byte
}

// Fix works out what brings the examples and the page about the matrix in line with the matrix, without a decision of a
// person: it makes files that are not there, inserts variables that are missing at their place, corrects annotations and fills
// in defaults.
// Every other byte stays. The findings are what it cannot mend, with their places in the files as they are now. It
// writes nothing; see Write.
func Fix(p Project) ([]Change, []Finding) {
	var changes []Change
	var left []Finding
	for _, s := range p.Matrix.Services {
		change, findings := fixExample(p, s)
		left = append(left, findings...)
		if change != nil {
			changes = append(changes, *change)
		}
	}
	change, findings := fixDocs(p)
	if change != nil {
		changes = append(changes, *change)
	}
	return changes, append(left, findings...)
}

func fixExample(p Project, s spec.Service) (*Change, []Finding) {
	path := filepath.Join(p.Dir, filepath.FromSlash(s.Example))
	data, err := readAll(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Change{Path: s.Example, After: Example(p.Matrix, s)}, nil
	}
	if err != nil {
		return nil, []Finding{unreadable(p.Matrix, s, path, err)}
	}
	after, left := mendText(p.Matrix, s, path, data)
	if bytes.Equal(after, data) {
		return nil, left
	}
	return &Change{s.Example, data, after}, left
}

// mendText gives the text of an example as it should be, as far as that needs no decision, and what is left to decide.
func mendText(m *spec.Matrix, s spec.Service, path string, data []byte) (after []byte, left []Finding) {
	before, findings := Parse(path, data)
	findings = append(findings, compare(m, s, before)...)
	after, ok := mended(m, s, before)
	if !ok {
		return data, findings
	}
	return after, slices.DeleteFunc(findings, func(f Finding) bool { return f.Rule == RuleMissing || f.Rule == RuleAnnotation })
}

// mended is the text of an example with its annotations corrected and what is missing inserted. It is not ok where the file
// is not read as it looks, because then nobody knows what a line in it means, and where a new variable would change the
// value of another one.
func mended(m *spec.Matrix, s spec.Service, f File) (after []byte, ok bool) {
	if !sound(f) {
		return nil, false
	}
	changed, err := f.Change(append(missingLines(m, s, f), staleLines(m, s, f)...)...)
	if err != nil || !sound(changed) || !sameValues(f, changed, "") {
		return nil, false
	}
	return withDefaults(m, s, changed).Bytes(), true
}

// sameValues reports whether every variable of a file, but one, has the value in another file that it has in this one.
func sameValues(f, other File, but string) bool {
	theirs := valuesOf(other)
	for key, value := range valuesOf(f) {
		if now, ok := theirs[key]; !ok || now != value && key != but {
			return false
		}
	}
	return true
}

func valuesOf(f File) map[string]string {
	out := make(map[string]string, len(f.Entries))
	for _, e := range f.Entries {
		out[e.Key] = e.Value.Reveal() // of a key that stands there twice, the last one counts
	}
	return out
}

// withDefaults fills in what is empty and has a default: all at once, or one by one where some cannot be. One that would change
// another variable, by a $, stays empty.
func withDefaults(m *spec.Matrix, s spec.Service, f File) File {
	defaults := map[string]string{}
	for _, v := range m.Of(s.Name) {
		if v.Default != "" && !veiled(v) {
			defaults[v.Name] = v.Default
		}
	}
	last := map[string]Entry{}
	for _, e := range f.Entries {
		last[e.Key] = e
	}
	var empty []Entry
	for _, e := range f.Entries {
		if defaults[e.Key] != "" && e.Value.Empty() && last[e.Key].At == e.At && !e.Again() {
			empty = append(empty, e)
		}
	}
	if filled, ok := fill(f, empty, defaults); ok {
		return filled
	}
	for _, e := range empty {
		filled, err := f.With(e.Key, release.NewSecret(defaults[e.Key]))
		if err == nil && sound(filled) && sameValues(f, filled, e.Key) {
			f = filled
		}
	}
	return f
}

// fill writes values into entries, in one go. It is not ok where that changes anything else.
func fill(f File, entries []Entry, values map[string]string) (File, bool) {
	if len(entries) == 0 {
		return f, true
	}
	text, at := f.text.Reveal(), 0
	want := valuesOf(f)
	var b strings.Builder
	for _, e := range entries {
		spelling, err := QuoteHere(values[e.Key])
		if err != nil {
			return f, false
		}
		b.WriteString(text[at:e.raw] + spelling)
		at, want[e.Key] = e.rawEnd, values[e.Key]
	}
	b.WriteString(text[at:])
	filled, _ := Scan(f.Path, []byte(b.String()))
	return filled, sound(filled) && len(filled.Entries) == len(f.Entries) && maps.Equal(want, valuesOf(filled))
}

// sound reports whether a file is read as it looks. What two programs read differently is its own finding, and no
// obstacle.
func sound(f File) bool {
	_, findings := Parse(f.Path, f.Bytes())
	return !slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == RuleSyntax || f.Rule == RuleOracle })
}
