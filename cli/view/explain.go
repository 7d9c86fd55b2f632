package view

import (
	"fmt"
	"slices"

	"readme/cli/release"
)

// Explained is what may be to blame for a step's failure, and what to do about it.
type Explained struct {
	Step    string
	Since   string   // the commit of the last good release, shortened; "" where there is none
	Commits []string // since then, those that touch what the step depends on: "1a2b3c4 Take books up to 50 MB", the newest first
	More    int      // how many more there are
	Note    string   // why the commits are not known, or what else has changed
	Next    string   // the command to type next
}

// Explain tells what may be to blame for what failed.
func Explain(all []Explained, s Style) string {
	g := &page{Style: s}
	for _, e := range all {
		g.gap()
		head, rows := e.words()
		g.para(Normal, "", head)
		for _, row := range rows {
			g.line("  " + g.cut(release.Printable(row), g.width()-2))
		}
		if e.Next != "" {
			g.line(g.paint(Strong, "next:") + " " + release.Printable(e.Next))
		}
	}
	return g.String()
}

// words gives the sentence about the commits, and a row for each.
func (e Explained) words() (head string, rows []string) {
	since := "since the last good release"
	if e.Since != "" {
		since += " (" + e.Since + ")"
	}
	switch {
	case len(e.Commits) > 0:
		head, rows = fmt.Sprintf("What touches %s %s:", e.Step, since), e.Commits
		if e.More > 0 {
			rows = append(slices.Clip(rows), fmt.Sprintf("and %d more", e.More))
		}
		if e.Note != "" {
			rows = append(slices.Clip(rows), e.Note)
		}
	case e.Note != "":
		head = fmt.Sprintf("What touches %s %s: %s.", e.Step, since, e.Note)
	default:
		head = fmt.Sprintf("No commit %s touches %s.", since, e.Step)
	}
	return head, rows
}
