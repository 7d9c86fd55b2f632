package view

import (
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"readme/cli/release"
)

// Diff shows how a file changes, as a unified diff that `git apply` and `patch -p1` take. A nil before is a file that is new. On a
// terminal lines are coloured, if colours are wanted, and nothing in them moves the cursor.
func Diff(path string, before, after []byte, terminal bool, s Style) string {
	from := "a/" + path
	if before == nil {
		from = "/dev/null"
	}
	text := string(diff.Diff(from, before, "b/"+path, after))
	if _, rest, ok := strings.Cut(text, "\n"); ok {
		text = rest // the line `diff a b`, which says the same as the two after it
	}
	if !terminal && !s.Color {
		return text
	}
	var b strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		n++
		b.WriteString(s.paint(diffMood(line, n <= 2), release.Printable(strings.TrimRight(line, "\r\n"))) + "\n")
	}
	return b.String()
}

func diffMood(line string, head bool) Mood {
	switch {
	case head:
		return Strong
	case strings.HasPrefix(line, "@@"), strings.HasPrefix(line, `\`):
		return Dim
	case strings.HasPrefix(line, "+"):
		return Good
	case strings.HasPrefix(line, "-"):
		return Bad
	}
	return Normal
}

// DiffLines counts the lines that come and go.
func DiffLines(before, after []byte) (added, removed int) {
	head := 2 // the names, whose lines begin with signs too
	for line := range strings.Lines(Diff("", before, after, false, Style{})) {
		switch head--; {
		case head >= 0:
		case line[0] == '+':
			added++
		case line[0] == '-':
			removed++
		}
	}
	return added, removed
}
