package lint

import (
	"bytes"
	"unicode/utf8"

	"readme/cli/migrate"
	"readme/cli/release"
)

// Level says what a diagnostic means for a release.
type Level string

// The levels.
const (
	Error   Level = "error"   // it breaks what is live, loses data or opens it to strangers: a release refuses the file
	Warning Level = "warning" // it hurts if the table is large or busy, or later
)

// Diagnostic is one thing that a rule has to say about a place in a file.
type Diagnostic struct {
	Rule   string        `json:"rule"`
	Level  Level         `json:"level"`
	Where  release.Place `json:"where"`
	Span   Span          `json:"span"`
	Title  string        `json:"title"`            // what it does and whom it hurts, in a sentence without a full stop
	Help   string        `json:"help"`             // how to do it safely
	Better []string      `json:"better,omitempty"` // the SQL that does it so, by lines

	Migration string  `json:"-"` // the file's name without its folder; "" for what is about the folder
	Snippet   Snippet `json:"-"`
	Later     bool    `json:"-"` // it is a matter of design, and this release would not feel it

	caret []string // the line with its number, and a mark below it
	try   string
}

// Span is a part of a file, in bytes from its beginning: [Start, End).
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Snippet is the line in which a span begins, and the part of it that is meant, in bytes of the line.
type Snippet struct {
	Line       string
	Start, End int
}

// around is how much of a long line is kept on either side of where a span begins, in bytes.
const around = 300

// snippet cuts the line out of a file. Of a long one it keeps what is around the span.
func snippet(src []byte, span Span) Snippet {
	from := bytes.LastIndexByte(src[:span.Start], '\n') + 1
	to := lineEnd(src, span.Start)
	before, after := "", ""
	if span.Start-from > around {
		before, from = "…", span.Start-around
		for from < span.Start && !utf8.RuneStart(src[from]) {
			from++
		}
	}
	if to-span.Start > around {
		after, to = "…", span.Start+around
		for to > span.Start && !utf8.RuneStart(src[to]) {
			to--
		}
	}
	start := len(before) + span.Start - from
	return Snippet{Line: before + string(src[from:to]) + after, Start: start, End: start + min(span.End, to) - span.Start}
}

// Fault is the diagnostic as other errors are shown.
func (d Diagnostic) Fault() *release.Fault {
	f := &release.Fault{
		Title: d.Title + " (" + d.Rule + ")", Where: &d.Where, Try: d.try, Exit: release.ExitInvalid,
	}
	f.Detail = d.Help
	if d.Span.End > 0 {
		f.Detail += "; if it is meant so, say -- " + ignorePrefix + " " + d.Rule + " above the statement"
	}
	if len(d.caret) > 0 {
		f.Evidence = append(f.Evidence, release.Evidence{Label: d.Where.File, Lines: d.caret})
	}
	if len(d.Better) > 0 {
		f.Evidence = append(f.Evidence, release.Evidence{Label: "better", Lines: d.Better})
	}
	return f
}

// Stops reports whether a release refuses the file.
func (d Diagnostic) Stops() bool { return d.Level == Error }

// Of picks the diagnostics of some files, by their names. What is about the folder is always among them.
func Of(all []Diagnostic, names func(migration string) bool) []Diagnostic {
	var out []Diagnostic
	for _, d := range all {
		if d.Migration == "" || names(d.Migration) {
			out = append(out, d)
		}
	}
	return out
}

// at fills in the place of a diagnostic about a part of a file.
func (d Diagnostic) at(m *migrate.Migration) Diagnostic {
	line, column := m.Place(d.Span.Start)
	d.Where = release.Place{File: m.File, Line: line, Column: column}
	d.Migration, d.Snippet = m.Name, snippet(m.Source(), d.Span)
	d.caret, d.try = m.Caret(d.Span.Start), m.Edit(d.Span.Start)
	return d
}
