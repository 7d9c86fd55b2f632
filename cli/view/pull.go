package view

import (
	"fmt"
	"strings"
)

// PullRow is one variable of `env pull`. The JSON of it is for programs; here and there are fingerprints, "unknown", or "nothing".
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
		if counts[r.Deed]++; r.Deed != "unchanged" {
			table = append(table, r.cells())
		}
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

func (r PullRow) cells() []cell {
	from := strings.Join(r.From, ", ")
	switch r.Deed {
	case "added":
		return []cell{{"+", Good}, {r.Variable, Normal}, {r.Here, Dim}, {r.There, Good}, {from, Normal}}
	case "changed":
		return []cell{{"~", Warn}, {r.Variable, Normal}, {r.Here, Dim}, {r.There, Warn}, {from, Normal}}
	}
	why := r.Why
	if from != "" {
		why = from + ": " + why
	}
	return []cell{{"-", Dim}, {r.Variable, Normal}, {r.Here, Dim}, {"left as it is", Dim}, {why, Normal}}
}
