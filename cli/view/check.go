package view

import (
	"fmt"
	"slices"
	"strings"

	"readme/cli/release"
)

// CheckGroup are the findings of one kind in the files of a project.
type CheckGroup struct {
	Name string
	Rows []CheckRow
}

// CheckRow is one finding. The JSON of it is for programs.
type CheckRow struct {
	Group string        `json:"group"`
	Rule  string        `json:"rule"`
	Where release.Place `json:"where"`
	Title string        `json:"title"`
	Fix   string        `json:"fix"`           // what to change, in words
	Try   string        `json:"try,omitempty"` // a command, where one helps
}

// Check lists what was found, group by group, and below it the sum of it. Clean is said instead where nothing was.
func Check(groups []CheckGroup, clean string, s Style) string {
	if len(groups) == 0 {
		return clean + "\n"
	}
	g := &page{Style: s}
	var tries []Finding
	for _, group := range groups {
		g.gap()
		g.line(g.paint(Strong, fmt.Sprintf("%s (%d)", release.Printable(group.Name), len(group.Rows))))
		for _, r := range group.Rows {
			g.checkRow(r)
			tries = append(tries, Finding{Try: r.Try})
		}
	}
	g.todo("try:", tries, func(f Finding) string { return f.Try })
	g.gap()
	g.para(Strong, "", summed(groups))
	return g.String()
}

func (g *page) checkRow(r CheckRow) {
	sign := g.sign(Bad, g.symbols().failed)
	where := release.Printable(r.Where.String())
	if cells(where)+cells(r.Rule)+4 <= g.width() {
		g.line(sign + where + "  " + g.paint(Dim, r.Rule))
	} else { // a place is there to be clicked on: it is not broken
		g.line(sign + where)
		g.para(Dim, "  ", r.Rule)
	}
	g.para(Normal, "  ", r.Title)
	if r.Fix != "" {
		g.para(Dim, "  ", r.Fix)
	}
}

// summed is all of it in a line: "3 findings in 2 files: 2 examples, 1 code".
func summed(groups []CheckGroup) string {
	var files, parts []string
	all := 0
	for _, group := range groups {
		all += len(group.Rows)
		parts = append(parts, fmt.Sprintf("%d %s", len(group.Rows), release.Printable(group.Name)))
		for _, r := range group.Rows {
			if !slices.Contains(files, r.Where.File) {
				files = append(files, r.Where.File)
			}
		}
	}
	return fmt.Sprintf("%d %s in %d %s: %s.", all, plural(all, "finding"), len(files), plural(len(files), "file"), strings.Join(parts, ", "))
}
