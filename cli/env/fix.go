package env

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"readme/cli/spec"
)

// Change is a file of the project that has to be written anew.
type Change struct {
	Path   string // below the project's folder, with slashes
	Before []byte // nil where there is no such file yet
	After  []byte
}

// Fix works out what brings the examples and the page about the matrix in line with the matrix, without a decision of a
// person: it makes files that are not there, inserts variables that are missing at their place, and corrects annotations.
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
	before, findings := Parse(path, data)
	findings = append(findings, compare(p.Matrix, s, before)...)
	after, ok := mended(p.Matrix, s, before)
	if !ok {
		return nil, findings
	}
	findings = slices.DeleteFunc(findings, func(f Finding) bool { return f.Rule == RuleMissing || f.Rule == RuleAnnotation })
	if bytes.Equal(after, data) {
		return nil, findings
	}
	return &Change{s.Example, data, after}, findings
}

// mended is the text of an example with its annotations corrected and what is missing inserted. It is not ok where the file
// is not read as it looks, because then nobody knows what a line in it means, and where a new variable would change the
// value of another one.
func mended(m *spec.Matrix, s spec.Service, f File) (after []byte, ok bool) {
	if !sound(f) {
		return nil, false
	}
	changed, err := f.Change(append(missingLines(m, s, f), staleLines(m, s, f)...)...)
	if err != nil || !sound(changed) {
		return nil, false
	}
	for _, e := range f.Entries {
		now, is := changed.Get(e.Key)
		old, _ := f.Get(e.Key)
		if !is || now.Value.Reveal() != old.Value.Reveal() {
			return nil, false
		}
	}
	return changed.Bytes(), true
}

// sound reports whether a file is read as it looks. What two programs read differently is its own finding, and no
// obstacle.
func sound(f File) bool {
	_, findings := Parse(f.Path, f.Bytes())
	return !slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == RuleSyntax || f.Rule == RuleOracle })
}
