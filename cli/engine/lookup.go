package engine

import (
	"cmp"
	"context"
	"errors"

	"readme/cli/release"
)

// errNothing is the result of a step that was only looked up, and had no effect.
var errNothing = errors.New("it was cut off before it had an effect")

// neverTold reports whether the run is one that another process left with steps cut off, and that will neither go on with
// them nor put them back for certain: then its record would never say what has become of them.
func (r *runner) neverTold() bool {
	if r.closing {
		return true
	}
	return r.o.Resume != nil && r.state.Failed && !r.state.Rollback && (r.stays() || r.plan.OnFailure == "ask")
}

// lookUp finds out what has become of the steps that were cut off, and puts it on record. It does nothing new.
func (r *runner) lookUp(ctx context.Context) {
	if !r.neverTold() || ctx.Err() != nil {
		return
	}
	var entries []entry
	for _, st := range r.state.Steps {
		_, can := r.actions[st.Step.ID].(Reconciler)
		cut := (st.Status == release.Pending || st.Status == release.Cancelled) && st.Step.Kind != release.KindCleanup
		if can && cut && len(st.Intents) > 0 && st.Undo.Status == "" {
			entries = append(entries, entry{st.Step.ID, release.StepStarted{}})
		}
	}
	r.record(entries)
	if r.refusal() != nil {
		return
	}
	for _, e := range entries {
		s, was := r.step(e.step), r.was(e.step)
		r.launch(ctx, &flight{step: s, looks: true, was: was, limit: cmp.Or(s.Deadline, r.o.Deadline)}, look(r.actions[e.step], was))
	}
	for len(r.flights) > 0 {
		r.turn(ctx)
	}
}

// look is the work of a flight that only looks.
func look(a Action, was Was) work {
	return func(ctx context.Context, t *Task) (release.StepDone, error) {
		by, can := a.(Reconciler)
		if !can {
			return release.StepDone{}, errNothing
		}
		done, happened, err := by.Reconcile(ctx, t, was)
		if err == nil && !happened {
			err = errNothing
		}
		return done, err
	}
}
