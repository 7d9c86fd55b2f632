package engine

import (
	"context"
	"errors"
	"fmt"

	"readme/cli/release"
)

// Close ends the run of o.Resume, which nobody will continue, and why is the reason: another commit is released. It finds out what
// has become of the steps that were cut off, as far as their actions are Reconcilers, puts that on record, and does nothing new.
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
	r.record(r.halfUndone())
	r.end(ctx, release.RunSuperseded{Why: why}, release.RunDone{TookMS: r.took()})
	return r.state, r.broken
}

// halfUndone says which undos were cut off. An undo cannot be looked up: whoever plans anew sees what is there.
func (r *runner) halfUndone() []entry {
	var entries []entry
	for _, st := range r.state.Steps {
		if st.Undo.Status == "" && len(st.Undo.Intents) > 0 {
			entries = append(entries, entry{st.Step.ID, release.StepCancelled{Undo: true, Why: "it was cut off"}})
		}
	}
	return entries
}
