package view

import (
	"cmp"
	"strings"

	"readme/cli/release"
)

// paused says in what state a run that was cut off has left the world, step by step, and how it goes on.
func (g *page) paused(st *release.State) {
	if st.Verdict() != release.Paused {
		return
	}
	var rows [][]cell
	var waiting []string
	y := g.symbols()
	for _, step := range st.Steps {
		id := cell{step.Step.ID, Normal}
		switch {
		case step.Undo.Status == release.Done && step.Undo.Kept != "":
			rows = append(rows, []cell{{y.unchanged, Dim}, id, {"kept", Warn}, {step.Undo.Kept, Normal}})
		case step.Undo.Status == release.Done:
			rows = append(rows, []cell{{y.done, Good}, id, {"put back", Good}, {step.Undo.Text, Normal}})
		case step.Undo.Status != "":
			rows = append(rows, []cell{{y.warning, Warn}, id, {"half put back", Warn}, {"resume looks up how far it got", Normal}})
		case step.Changed() && step.Status == release.Done:
			rows = append(rows, []cell{{y.done, Good}, id, {"changed", Good}, {cmp.Or(step.Text, "done"), Normal}})
		case step.Changed():
			rows = append(rows, []cell{{y.warning, Warn}, id, {"cut off", Warn}, {"it may have changed something: resume looks that up first", Normal}})
		case step.Step.Runs() && step.Status != release.Done:
			waiting = append(waiting, step.Step.ID)
		}
	}
	if len(rows) > 0 {
		g.gap()
		g.line("What it has changed so far:")
		g.table("  ", rows)
	}
	if len(waiting) > 0 {
		g.gap()
		g.para(Normal, "", "Still to do: "+strings.Join(waiting, ", ")+".")
	}
	g.gap()
	g.line(g.paint(Strong, "try:") + " " + release.Printable("readme-ops resume --env "+release.ShellWord(st.Plan.Env)))
}
