package engine

import (
	"context"
	"errors"
	"fmt"

	"readme/cli/release"
)

// Close ends the run of o.Resume, which nobody will continue, and why is the reason: another commit is released. It finds out what
// has become of the steps and undos that were cut off, as far as their actions are Reconcilers and UndoReconcilers, puts that on record, and does nothing new.
// actions may lack some. A cancelled ctx or a ledger that is away leaves the run paused instead.
func Close(ctx context.Context, plan release.Plan, actions map[string]Action, o Options, why string) (*release.State, error) {
	if o.Resume == nil {
		return nil, errors.New("close run: there is no record of it")
	}
	o.Approved.Digest = plan.Digest // it does nothing that would have to be approved
	r, err := newRunner(plan, actions, o)
	if err != nil {
		return nil, fmt.Errorf("close run: %w", err)
	}
	defer close(r.closed)
	r.closing = true
	if r.state.Superseded != "" { // and cut off before the last word
		r.end(ctx, release.RunDone{TookMS: r.took()})
		return r.state, r.broken
	}
	r.record([]entry{{body: r.resumed()}})
	r.lookUp(ctx)
	r.lookUpUndos(ctx)
	r.record(r.halfUndone())
	r.end(ctx, release.RunSuperseded{Why: why}, release.RunDone{TookMS: r.took()})
	return r.state, r.broken
}

// lookUpUndos finds out what has become of the undos that were cut off, as far as their actions are UndoReconcilers.
func (r *runner) lookUpUndos(ctx context.Context) {
	for _, e := range r.halfUndone() {
		by, can := r.actions[e.step].(UndoReconciler)
		if !can || ctx.Err() != nil || r.refusal() != nil {
			continue
		}
		was := r.was(e.step)
		r.launch(ctx, &flight{step: r.step(e.step), undo: true, looks: true, was: was, limit: r.o.UndoDeadline}, func(ctx context.Context, t *Task) (release.StepDone, error) {
			done, happened, err := by.ReconcileUndo(ctx, t, was)
			if err == nil && !happened {
				err = errNothing
			}
			return done, err
		})
	}
	for len(r.flights) > 0 {
		r.turn(ctx)
	}
}

// halfUndone says which undos were cut off, and nobody can tell what has become of them: whoever plans anew sees what is there.
func (r *runner) halfUndone() []entry {
	var entries []entry
	for _, st := range r.state.Steps {
		if st.Undo.Status == "" && len(st.Undo.Intents) > 0 {
			entries = append(entries, entry{st.Step.ID, release.StepCancelled{Undo: true, Why: "it was cut off"}})
		}
	}
	return entries
}
