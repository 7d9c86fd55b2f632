package view

import (
	"fmt"
	"strings"
)

// PullRow is one variable of `env pull`. The JSON of it is for programs; here and there are fingerprints, or "unknown".
type PullRow struct {
	Variable string   `json:"variable"`
	Deed     string   `json:"deed"` // added, changed, unchanged, left
	From     []string `json:"from,omitempty"`
	Here     string   `json:"here,omitempty"`
	There    string   `json:"there,omitempty"`
	Why      string   `json:"why,omitempty"`
}

// Pulled is what `env pull` did, or would do.
type Pulled struct {
	Env    string    `json:"env"`
	File   string    `json:"file"`
	DryRun bool      `json:"dry_run"`
	Rows   []PullRow `json:"variables"`
}

// Pull lists what became of each variable of a values file, those that stay as they were in one line, and counts them.
func Pull(p Pulled, s Style) string {
	g := &page{Style: s}
	counts := map[string]int{}
	table := [][]cell{{{"", Dim}, {"VARIABLE", Dim}, {"WAS", Dim}, {"IS", Dim}, {"FROM", Dim}}}
	for _, r := range p.Rows {
		counts[r.Deed]++
		sign, m, from := "", Normal, strings.Join(r.From, ", ")
		switch r.Deed {
		case "added":
			sign, m = "+", Good
		case "changed":
			sign, m = "~", Warn
		case "left":
			sign, m = "-", Dim
			if from = r.Why; len(r.From) > 0 {
				from = strings.Join(r.From, ", ") + ": " + r.Why
			}
		default:
			continue
		}
		is := r.There
		if r.Deed == "left" {
			is = "left as it is"
		}
		table = append(table, []cell{{sign, m}, {r.Variable, Normal}, {r.was(), Dim}, {is, m}, {from, Normal}})
	}
	if len(table) > 1 {
		g.table("", table)
		g.gap()
	}
	n := counts["added"] + counts["changed"]
	text := fmt.Sprintf("%s: %d added, %d changed, %d unchanged, %d left as they are.", p.File, counts["added"], counts["changed"], counts["unchanged"], counts["left"])
	switch {
	case p.DryRun && n > 0:
		text += " Nothing was written: this is a dry run."
	case n == 0:
		text += " There was nothing to write."
	}
	g.para(Strong, "", text)
	return g.String()
}

// was is what the file had.
func (r PullRow) was() string {
	if r.Deed == "added" {
		return "nothing"
	}
	return r.Here
}
