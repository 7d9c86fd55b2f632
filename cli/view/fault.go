package view

import (
	"strings"

	"readme/cli/release"
)

// Fault shows an error written for a person: title, place, detail and evidence behind a rule, and last the command to try.
func Fault(f release.Fault, s Style) string {
	g := &page{Style: s}
	g.fault(&f)
	return g.String()
}

// Faults shows several, with a line between them.
func Faults(fs release.Faults, s Style) string {
	g := &page{Style: s}
	for _, f := range fs {
		g.gap()
		g.fault(f)
	}
	return g.String()
}

func (g *page) fault(f *release.Fault) {
	g.para(Bad, g.sign(Bad, g.symbols().failed), f.Title)
	if f.Where != nil {
		g.para(Normal, "  ", "at "+f.Where.String())
	}
	rule := g.paint(Bad, g.symbols().rule)
	ruled := func(text string) {
		for _, l := range wrap(text, g.width()-2) {
			g.line(rule + " " + l)
		}
	}
	if f.Detail != "" {
		ruled(f.Detail)
	}
	for i, e := range f.Evidence {
		if i > 0 || f.Detail != "" {
			g.line(rule)
		}
		label := strings.TrimSuffix(e.Label, ":")
		if len(e.Lines) == 1 && cells(label)+cells(e.Lines[0])+4 <= g.width() && !strings.Contains(e.Lines[0], "\n") {
			ruled(label + ": " + e.Lines[0])
			continue
		}
		ruled(label + ":")
		g.evidence(rule, e.Lines)
	}
	if f.Try != "" {
		g.line(g.paint(Strong, "try:") + " " + release.Printable(f.Try))
	}
}

// evidence shows lines as they are. Where a caret points at a column nothing is broken, or it would point elsewhere.
func (g *page) evidence(rule string, lines []string) {
	caret := false
	for _, l := range lines {
		bare := strings.TrimLeft(l, " \t|0123456789")
		caret = caret || (bare != "" && strings.Trim(bare, "^~") == "")
	}
	for _, text := range lines {
		for part := range strings.Lines(text + "\n") {
			part = release.Printable(strings.TrimRight(part, "\r\n"))
			pieces := []string{part}
			if !caret && cells(part) > g.width()-4 {
				pieces = chop(part, g.width()-4)
			}
			for _, piece := range pieces {
				g.line(rule + "   " + piece)
			}
		}
	}
}
