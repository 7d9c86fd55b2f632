package migrate

import (
	"strings"

	"readme/cli/release"
)

// A mark is a comment line at the top of a file.
const (
	markPrefix        = "readme-ops:"
	markNoTransaction = "no-transaction"
	markAfterDeploy   = "after-deploy"
)

// marks reads the marks. One that is not known, or that stands below the first statement, where nobody would look for
// it, is a fault: it was meant to change how the file runs.
func (m *Migration) marks() release.Faults {
	var faults release.Faults
	for at := 0; at < len(m.source); {
		t, err := scan(m.source, at)
		if err != nil {
			break // Split has said it
		}
		at = t.end
		name, ok := mark(string(m.source[t.start:t.end]))
		if t.kind != lineComment || !ok {
			continue
		}
		switch {
		case len(m.Statements) > 0 && t.start > m.Statements[0].Offset:
			faults = append(faults, m.fault(t.start, "a mark must stand above the first statement", "", m.edit(t.start)))
		case name == markNoTransaction:
			m.NoTransaction = true
		case name == markAfterDeploy:
			m.AfterDeploy = true
		default:
			faults = append(faults, m.fault(t.start, "this mark is not known: "+name,
				"the marks are "+markNoTransaction+" and "+markAfterDeploy, m.edit(t.start)))
		}
	}
	return faults
}

// mark gives the name in a comment that is meant as a mark, however it is spaced.
func mark(comment string) (string, bool) {
	text := strings.TrimSpace(strings.TrimLeft(comment, "-"))
	if len(text) < len(markPrefix) || !strings.EqualFold(text[:len(markPrefix)], markPrefix) {
		return "", false
	}
	return strings.TrimSpace(text[len(markPrefix):]), true
}
