package view_test

import (
	"fmt"
	"strings"
	"testing"

	"readme/cli/release"
	"readme/cli/view"
)

func lintRows() []view.LintRow {
	row := func(line, meant string) view.LintRow {
		at := strings.Index(line, meant)
		return view.LintRow{
			Rule: "require-concurrent-index-creation", Where: release.Place{File: "migrations/0002_index.sql", Line: 12, Column: at + 1},
			Title: "building this index blocks every write to books until it is done",
			Help:  "build it concurrently, in a file of its own that runs outside a transaction",
			Line:  line, Start: at, End: at + len(meant),
			Better: []string{"-- readme-ops: no-transaction", "create index concurrently books_title on books (title);"},
		}
	}
	wide := row("\tselect '本の題名'; create index books_title on books (title); -- größer", "create index")
	long := row(strings.Repeat("select 'ü'; ", 20)+"create index books_title on books (title); "+strings.Repeat("select 1; ", 20), "create index books_title on books (title)")
	long.Error, long.Rule = true, "ban-drop-column"
	folder := view.LintRow{
		Rule: "file-name", Where: release.Place{File: "migrations/0003.SQL"}, Title: "this is never run", Help: "give it another name",
	}
	hidden := row("\x1b[31mdrop\u202e table books", "table")
	return []view.LintRow{row("create index books_title on books (title);", "create index"), wide, long, hidden, folder}
}

func TestLint(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			golden(t, fmt.Sprintf("lint.%d", width), view.Lint(lintRows(), 9, view.Style{Width: width}))
		})
	}
	t.Run("ascii", func(t *testing.T) { golden(t, "lint.ascii", view.Lint(lintRows()[:2], 1, view.Style{ASCII: true})) })
	t.Run("colour", func(t *testing.T) { golden(t, "lint.colour", view.Lint(lintRows()[:2], 1, view.Style{Color: true})) })
	t.Run("clean", func(t *testing.T) { golden(t, "lint.clean", view.Lint(nil, 1, view.Style{})) })
}

// TestLint_theMarkIsUnderWhatIsMeant counts columns with the eyes of a terminal: as many stand before the mark as before the words.
func TestLint_theMarkIsUnderWhatIsMeant(t *testing.T) {
	for _, row := range lintRows()[:3] {
		for _, width := range []int{40, 60, 80, 120, 400} {
			lines := strings.Split(view.Lint([]view.LintRow{row}, 1, view.Style{Width: width}), "\n")
			for i, l := range lines {
				space, _, marked := strings.Cut(l, "━")
				if !marked {
					continue
				}
				before, _, shown := strings.Cut(lines[i-1], "create index")
				if got, want := cells(space), cells(before); !shown || got != want {
					t.Errorf("width %d: the mark is at %d, the words at %d:\n%s\n%s", width, got, want, lines[i-1], l)
				}
			}
		}
	}
}

// cells counts columns: the characters of this test's texts are one wide, but for the Japanese ones.
func cells(text string) int {
	n := 0
	for _, r := range text {
		if n++; r >= 0x3000 && r < 0xa000 {
			n++
		}
	}
	return n
}
