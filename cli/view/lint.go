package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"readme/cli/release"
)

// LintRow is what a rule has to say about a place in a file.
type LintRow struct {
	Error  bool // otherwise it is a warning
	Rule   string
	Where  release.Place
	Title  string
	Help   string
	Better []string // SQL, by lines
	// Line is the line of the file, and Start and End are the part of it that is meant, in bytes. "" where there is none.
	Line       string
	Start, End int
}

// Lint shows what was found as compilers do, in squawk's fashion, and below it the sum of it. files is how many were looked at.
func Lint(rows []LintRow, files int, s Style) string {
	g := &page{Style: s}
	for _, r := range rows {
		g.gap()
		g.lint(r)
	}
	g.gap()
	if len(rows) == 0 {
		g.para(Normal, "", fmt.Sprintf("%d %s, and nothing in them that would hurt.", files, plural(files, "migration")))
		return g.String()
	}
	g.para(Strong, "", linted(rows, files))
	return g.String()
}

// frame are the signs around a line of source.
type frame struct{ corner, bar, under, note, end string }

func (s Style) frame() frame {
	if s.ASCII {
		return frame{"-->", "|", "^", "=", "|"}
	}
	return frame{"╭▸", "│", "━", "├", "╰╴"}
}

func (g *page) lint(r LintRow) {
	word, mood := "warning", Warn
	if r.Error {
		word, mood = "error", Bad
	}
	f := g.frame()
	number := ""
	if r.Where.Line > 0 {
		number = strconv.Itoa(r.Where.Line)
	}
	gutter := strings.Repeat(" ", len(number)+1)
	bar := gutter + g.paint(Dim, f.bar)
	head := word + "[" + release.Printable(r.Rule) + "]: "
	for i, l := range wrap(head+r.Title, g.width()) {
		if rest, ok := strings.CutPrefix(l, head); ok && i == 0 {
			g.line(g.paint(mood, head) + g.paint(Strong, rest))
		} else {
			g.line(g.paint(Strong, l))
		}
	}
	g.line(gutter + g.paint(Dim, f.corner) + " " + release.Printable(r.Where.String()))
	if r.Line != "" {
		text, at, long := g.window(r, g.width()-cells(gutter)-2)
		g.line(bar)
		g.line(g.paint(Dim, number+" "+f.bar) + " " + text)
		g.line(bar + " " + strings.Repeat(" ", at) + g.paint(mood, strings.Repeat(f.under, long)))
	}
	g.line(bar)
	for i, l := range wrap("help: "+r.Help, g.width()-cells(gutter)-2) {
		sign := f.bar
		if i == 0 {
			sign = f.note
		}
		g.line(gutter + g.paint(Dim, sign) + " " + l)
	}
	for _, b := range r.Better {
		for l := range strings.SplitSeq(b, "\n") { // it is there to be copied, and stays in one piece
			g.line(bar + "   " + g.paint(Good, release.Printable(l)))
		}
	}
	g.line(gutter + g.paint(Dim, f.end))
}

// window gives what of a line fits into n columns, and which of them are the part that is meant.
func (g *page) window(r LintRow, n int) (text string, at, long int) {
	before, meant := release.Printable(r.Line[:r.Start]), release.Printable(r.Line[r.Start:r.End])
	after := release.Printable(r.Line[r.End:])
	if cells(before+meant+after) > n && cells(before) > n/2 {
		before = g.symbols().more + tail(before, n/2-1)
	}
	at = cells(before)
	long = max(1, min(cells(meant), n-at))
	return g.cut(before+meant+after, n), at, long
}

// tail is the end of a text, at most n columns of it.
func tail(text string, n int) string {
	skip := cells(text) - n
	for g := displaywidth.StringGraphemes(text); skip > 0 && g.Next(); {
		skip -= g.Width()
		text = text[len(g.Value()):]
	}
	return text
}

// linted is all of it in a line: "2 errors and 1 warning, in 2 files; 9 migrations looked at."
func linted(rows []LintRow, files int) string {
	var names []string
	errors := 0
	for _, r := range rows {
		if r.Error {
			errors++
		}
		if !slices.Contains(names, r.Where.File) {
			names = append(names, r.Where.File)
		}
	}
	var parts []string
	if errors > 0 {
		parts = append(parts, fmt.Sprintf("%d %s", errors, plural(errors, "error")))
	}
	if warnings := len(rows) - errors; warnings > 0 {
		parts = append(parts, fmt.Sprintf("%d %s", warnings, plural(warnings, "warning")))
	}
	return fmt.Sprintf("%s, in %d %s; %d %s looked at.", strings.Join(parts, " and "), len(names), plural(len(names), "file"), files, plural(files, "migration"))
}
