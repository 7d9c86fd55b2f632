package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"readme/cli/release"
)

// takeUp folds the record of a run that another process began, with the plan that is on record.
func (r *runner) takeUp(record []release.Event) error {
	for i, e := range record {
		if e.Seq != int64(i+1) || e.Run != record[0].Run {
			return fmt.Errorf("the record of the run has a hole before event %d", e.Seq)
		}
	}
	r.state = release.Fold(record)
	switch {
	case r.state.Run == "":
		return errors.New("the record of the run does not hold its start")
	case r.o.Run != "" && r.o.Run != r.state.Run:
		return fmt.Errorf("the record is that of the run %s, not %s", r.state.Run, r.o.Run)
	case r.plan.Digest != r.state.Plan.Digest:
		return fmt.Errorf("the plan is not the one of the record: %s, not %s", r.plan.Digest, r.state.Plan.Digest)
	case !slices.EqualFunc(r.plan.Steps, r.state.Plan.Steps, func(a, b release.Step) bool { return a.ID == b.ID }):
		return errors.New("the steps of the plan are not those of the record")
	case r.state.Over || r.state.Denied:
		return fmt.Errorf("the run %s has ended", r.state.Run)
	}
	r.o.Run, r.begun = r.state.Run, r.state.Started
	return nil
}

func (r *runner) resumed() release.RunResumed {
	return release.RunResumed{By: r.o.By, Program: r.o.Program, PID: os.Getpid(), CI: r.o.CI}
}

// overdue is what the process that was cut off had no time to say.
func (r *runner) overdue() []entry {
	var entries []entry
	if !r.state.Approved {
		entries = append(entries, entry{body: r.o.Approved})
	}
	for _, st := range r.state.Steps {
		if r.state.Stopping == "" && st.Status == release.Failed && st.Step.Kind != release.KindCleanup {
			return append(append(entries, entry{body: release.RunStopping{Why: st.Step.ID + " failed"}}), r.skips(nil)...)
		}
	}
	if r.state.Stopping != "" {
		entries = append(entries, r.skips(nil)...)
	}
	return entries
}

// was is what the record holds of a step.
func (r *runner) was(id string) Was {
	st := r.state.Step(id)
	return Was{Intents: slices.Clone(st.Intents), Undone: slices.Clone(st.Undo.Intents), Record: st.Record}
}

// work is what a flight does.
type work func(context.Context, *Task) (release.StepDone, error)

// carryOn does a step, or what is left of it: what was cut off after an intent is looked up first, if the action can.
func carryOn(a Action, was Was) work {
	look, can := a.(Reconciler)
	if !can || len(was.Intents) == 0 {
		return a.Do
	}
	return func(ctx context.Context, t *Task) (release.StepDone, error) {
		done, happened, err := look.Reconcile(ctx, t, was)
		if err != nil || happened {
			return done, err
		}
		return a.Do(ctx, t)
	}
}
