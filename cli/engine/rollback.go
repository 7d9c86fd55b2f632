package engine

import (
	"cmp"
	"context"
	"slices"

	"readme/cli/release"
)

// rollback puts back what the run changed, one step after the other, and tries all of them. What an earlier process has
// put back stays so. ctx is the run's, for the question whether to; nothing but the loss of the lock ends back.
func (r *runner) rollback(ctx, back context.Context) {
	order := r.undoOrder()
	if r.broken != nil || len(order) == 0 || !r.goesBack(ctx) {
		return
	}
	if !r.state.Rollback {
		r.record([]entry{{body: release.RollbackStarted{Why: r.state.Stopping, Steps: order}}})
	}
	for _, id := range order {
		if r.refusal() != nil || back.Err() != nil {
			return
		}
		r.record([]entry{{id, release.StepStarted{Undo: true}}})
		if r.refusal() != nil {
			return
		}
		was := r.was(id)
		undo := func(ctx context.Context, t *Task) (release.StepDone, error) { return r.actions[id].Undo(ctx, t, was) }
		r.launch(back, &flight{step: r.step(id), undo: true, was: was, limit: r.o.UndoDeadline}, undo)
		for len(r.flights) > 0 {
			r.turn(back)
		}
	}
}

// goesBack decides whether what was changed is put back.
func (r *runner) goesBack(ctx context.Context) bool {
	switch {
	case r.state.Rollback:
		return true
	case r.stays():
		return false
	case r.plan.OnFailure != "ask" || r.o.Ask == nil:
		return true
	}
	yes := ctx.Err() == nil && r.o.Ask(ctx, r.state)
	if ctx.Err() != nil {
		r.open = why(context.Cause(ctx))
		return false
	}
	return yes
}

// stays reports whether nothing will be put back, whatever anybody says.
func (r *runner) stays() bool {
	if !r.state.Failed || r.plan.OnFailure == "leave" {
		return true
	}
	for _, st := range r.state.Steps {
		if st.Status == release.Failed && st.Step.Kind != release.KindCleanup && st.Stands == "" {
			return false
		}
	}
	return true
}

// undoOrder lists what may have been changed and is not put back, the last change first: what never ended well, then what
// did, latest first.
func (r *runner) undoOrder() []string {
	var ended, order []string
	for _, st := range slices.Backward(r.state.Steps) {
		switch {
		case !st.Changed() || st.Undo.Status != "":
		case st.Status == release.Done:
			ended = append(ended, st.Step.ID)
		default:
			order = append(order, st.Step.ID)
		}
	}
	slices.SortFunc(ended, func(a, b string) int { return cmp.Compare(r.state.Step(b).DoneSeq, r.state.Step(a).DoneSeq) })
	return append(order, ended...)
}
