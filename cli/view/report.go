package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"readme/cli/release"
)

// saidLines is how many of a failed step's last lines are shown.
const saidLines = 10

// Report tells what happened in a run: its steps, what failed and why, what was put back and what was not. The one line that
// says whether it was released is State.LastLine, a result of its own.
func Report(st *release.State, s Style) string {
	g := &page{Style: s}
	g.para(Strong, "", fmt.Sprintf("Run %s, %s", st.Run, title(st.Plan)))
	g.waived(st)
	g.gap()
	g.steps(st)
	g.failures(st)
	g.putBack(st)
	g.paused(st)
	g.before(st)
	g.live(st)
	return g.String()
}

func (g *page) steps(st *release.State) {
	var rows [][]cell
	for _, step := range st.Steps {
		sign, m := g.status(step.Status)
		took := ""
		if step.Status == release.Done || step.Status == release.Failed || step.Status == release.Cancelled {
			took = release.Took(step.TookMS)
		}
		text := step.Text
		if step.Fault != nil {
			text = step.Fault.Title
		}
		rows = append(rows, []cell{{sign, m}, {step.Step.ID, Normal}, {string(step.Status), m}, {took, Dim}, {text, Normal}})
	}
	g.table("  ", rows)
}

func (g *page) failures(st *release.State) {
	for _, step := range st.Steps {
		if step.Fault != nil {
			g.gap()
			g.fault(withLines(step).Aimed(st.Plan.Env))
		}
		if step.Undo.Fault != nil {
			g.gap()
			g.fault(step.Undo.Fault.Aimed(st.Plan.Env))
		}
	}
}

// withLines is the step's Fault, with the step's last lines as evidence unless it brought them itself.
func withLines(step *release.StepState) *release.Fault {
	if len(step.Said) == 0 {
		return step.Fault
	}
	last := step.Said[len(step.Said)-1]
	for _, e := range step.Fault.Evidence {
		if slices.ContainsFunc(e.Lines, func(line string) bool { return strings.Contains(line, last) }) {
			return step.Fault
		}
	}
	f := *step.Fault
	lines := step.Said[max(0, len(step.Said)-saidLines):]
	f.Evidence = append(slices.Clone(f.Evidence), release.Evidence{Label: "its last lines", Lines: lines})
	return &f
}

// putBack lists what was changed in a run that did not release, and what has become of it.
func (g *page) putBack(st *release.State) {
	if !st.Over || st.Stopping == "" {
		return
	}
	var rows [][]cell
	y := g.symbols()
	for _, step := range st.Steps {
		id, u := cell{step.Step.ID, Normal}, step.Undo
		took := cell{release.Took(u.TookMS), Dim}
		switch {
		case u.Status == release.Done && u.Kept != "":
			rows = append(rows, []cell{{y.unchanged, Dim}, id, {"kept", Warn}, took, {u.Kept, Normal}})
		case u.Status == release.Done:
			rows = append(rows, []cell{{y.done, Good}, id, {"put back", Good}, took, {u.Text, Normal}})
		case u.Status != "":
			text := u.Text
			if u.Fault != nil {
				text = u.Fault.Title
			}
			rows = append(rows, []cell{{y.failed, Bad}, id, {"NOT put back", Bad}, took, {text, Normal}})
		case step.Changed():
			rows = append(rows, []cell{{y.warning, Warn}, id, {"left as it is", Warn}, {}, {cmp.Or(step.Text, "it may have changed something"), Normal}})
		}
	}
	if len(rows) > 0 {
		g.gap()
		g.line("What it had changed:")
		g.table("  ", rows)
	}
}

// live lists the addresses of what has been released.
func (g *page) live(st *release.State) {
	var rows [][]cell
	for _, at := range addresses(st) {
		rows = append(rows, []cell{{at[0], Normal}, {at[1], Normal}})
	}
	if len(rows) > 0 {
		g.gap()
		g.table("  ", rows)
	}
}

// addresses are those of what has been released, each after its service's name.
func addresses(st *release.State) [][2]string {
	if st.Verdict() != release.Released {
		return nil
	}
	var all [][2]string
	for _, step := range st.Steps {
		url := step.Outputs["url"]
		if promoted := st.Step("promote " + step.Step.ID); promoted != nil {
			url = promoted.Outputs["url"] // the staged address is nobody's any more
		}
		if url != "" && serves(step.Step) {
			all = append(all, [2]string{step.Step.ID, url})
		}
	}
	return all
}
