// Package view turns plans, events and states into text: for terminals, for logs, and for programs.
package view

import (
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"

	"readme/cli/release"
)

// Style says how to write. The zero Style is right for a log: no colour, 80 columns, UTC.
type Style struct {
	Color bool           // with the 16 ANSI colours; meaning never depends on it
	Width int            // columns of the terminal; 0 means 80
	ASCII bool           // no symbols beyond ASCII of our own
	Zone  *time.Location // of the times shown; nil means UTC
}

// Mood is the colour of a text. It only underlines what a word or a symbol says already.
type Mood int

// The moods.
const (
	Normal Mood = iota
	Good
	Bad
	Warn
	Dim
	Strong
)

// paint colours text, which must be padded and cut before.
func (s Style) paint(m Mood, text string) string {
	if !s.Color || m == Normal || text == "" {
		return text
	}
	code := map[Mood]string{Good: "32", Bad: "1;31", Warn: "33", Dim: "2", Strong: "1"}[m]
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) width() int {
	if s.Width <= 0 {
		return 80
	}
	return max(s.Width, 20)
}

func (s Style) clock(t time.Time) string { return s.in(t).Format("15:04:05") }

func (s Style) in(t time.Time) time.Time {
	if s.Zone == nil {
		return t.UTC()
	}
	return t.In(s.Zone)
}

// cells counts the columns that text takes in a terminal. Our own colours take none.
func cells(text string) int { return displaywidth.Options{ControlSequences: true}.String(text) }

// pad fills text up with spaces to n columns.
func pad(text string, n int) string { return text + strings.Repeat(" ", max(0, n-cells(text))) }

// cut shortens text to n columns.
func (s Style) cut(text string, n int) string {
	return displaywidth.TruncateString(text, n, s.symbols().more)
}

// wrap breaks a foreign text into lines of at most n columns, at spaces. A long ASCII word stays whole, because it
// is an address or a command that somebody wants to copy; other long words are broken anywhere.
func wrap(text string, n int) []string {
	var lines []string
	for part := range strings.Lines(text) {
		lines = append(lines, wrapLine(release.Printable(strings.TrimRight(part, "\r\n")), n)...)
	}
	return lines
}

func wrapLine(text string, n int) []string {
	if cells(text) <= n {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case cells(line)+1+cells(word) <= n:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
		if cells(line) > n && !ascii(line) {
			pieces := chop(line, n)
			lines, line = append(lines, pieces[:len(pieces)-1]...), pieces[len(pieces)-1]
		}
	}
	return append(lines, line)
}

// chop breaks text into pieces of at most n columns.
func chop(text string, n int) []string {
	var pieces []string
	var piece strings.Builder
	used := 0
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		if used+g.Width() > n && used > 0 {
			pieces = append(pieces, piece.String())
			piece.Reset()
			used = 0
		}
		piece.WriteString(g.Value())
		used += g.Width()
	}
	return append(pieces, piece.String())
}

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 126 })
}

// page is a text in the making.
type page struct {
	Style
	strings.Builder
}

// line writes one line of our own words.
func (p *page) line(text string) { p.WriteString(strings.TrimRight(text, " ") + "\n") }

// para writes a foreign text, broken to the width, after first in its first line and as much space in the others.
func (p *page) para(m Mood, first, text string) {
	rest := strings.Repeat(" ", cells(first))
	for i, l := range wrap(text, p.width()-cells(first)) {
		if i > 0 {
			first = rest
		}
		p.line(first + p.paint(m, l))
	}
}

// gap leaves a line empty, but never two, and never the first.
func (p *page) gap() {
	if s := p.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		p.WriteString("\n")
	}
}
