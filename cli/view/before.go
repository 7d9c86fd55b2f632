package view

import (
	"cmp"
	"strings"

	"readme/cli/release"
)

// serves reports whether a step decides what serves of the service that it is named after.
func serves(s release.Step) bool {
	return s.Kind == release.KindDeploy || s.Kind == release.KindRestore
}

// before lists, for each service that the run has touched, the deployment that was live before it and the one since: who has
// to mend something by hand needs the ids.
func (g *page) before(st *release.State) {
	rows := [][]cell{{{"service", Dim}, {"live before", Dim}, {"live now", Dim}}}
	for _, step := range st.Steps {
		if !serves(step.Step) || !step.Touched() {
			continue
		}
		was := cmp.Or(strings.TrimPrefix(step.Step.Precondition, "live="), "nothing")
		now, m := since(st, step, was)
		rows = append(rows, []cell{{step.Step.ID, Normal}, {was, Normal}, {now, m}})
	}
	if len(rows) > 1 {
		g.gap()
		g.table("  ", rows)
	}
}

// since is what serves of a service after its step, as far as the record tells.
func since(st *release.State, step *release.StepState, was string) (string, Mood) {
	const unknown = "not known"
	promoted := st.Step("promote " + step.Step.ID)
	switch {
	case step.Undo.Status == release.Done:
		return step.Undo.Text, Normal
	case step.Undo.Status != "":
		return unknown, Warn
	case step.Status != release.Done:
		return unknown, Warn
	case promoted != nil && !promoted.Touched():
		return "still " + was + " (" + step.Outputs["deployment"] + " is staged)", Normal
	case promoted != nil && promoted.Status != release.Done:
		return unknown, Warn
	}
	return cmp.Or(step.Outputs["deployment"], unknown), Normal
}
