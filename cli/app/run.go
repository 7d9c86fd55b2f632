package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"readme/cli/engine"
	"readme/cli/ledger"
	"readme/cli/migrate"
	"readme/cli/release"
	"readme/cli/steps"
	"readme/cli/view"
)

// job is a run for the engine: a new one, or what is on record of one that is taken up again.
type job struct {
	run      string
	plan     release.Plan
	approved release.Approved
	lease    *ledger.Lease // nil for a run that changes nothing

	journal *ledger.Journal // of a run that is taken up again, open
	events  []release.Event // and what is on record of it
	closing string          // why it is only closed, and not continued
}

// run gives the plan to the engine and shows its events. The ledger is the first to get them.
func (a *app) run(ctx context.Context, w *world, j job) (*release.State, error) {
	db := ledger.Database{}
	if j.lease != nil {
		db, w.steps.Fence = w.record(), fence(j.lease)
		if !db.None() {
			w.steps.Pushes = pushes{db, j.run, a.sys.who()}
		}
	}
	actions, err := steps.Actions(w.steps, j.plan)
	if err != nil && j.closing == "" { // a run of another version of us is closed as far as we know its steps
		if j.journal != nil {
			_ = j.journal.Close()
		}
		return nil, err
	}
	if j.journal == nil {
		if j.journal, err = ledger.Create(w.project.runs(), j.run); err != nil {
			return nil, onDisk("begin the record of the run", w.project.runs(), err)
		}
	}
	record := ledger.NewRecord(j.journal, db, j.lease)
	var state *release.State
	if j.closing == "" {
		told := w.tellBreakGlass(ctx, j.plan, j.approved, a.sys.ciRun())
		defer func() { told(); w.tellEnd(ctx, state) }() // once the record is complete
	}
	defer closeRecord(ctx, record)

	ctx, over := whileHeld(ctx, j.lease)
	defer over()
	shown := a.screen()
	shown.prime(j.events)
	options := engine.Options{
		Run: j.run, By: a.sys.who(), Program: version(), CI: a.sys.ciRun(), Approved: j.approved, Reason: w.reason, Resume: j.events, Mask: a.veil.text, MaskData: a.veil.data,
		Sinks: []engine.Sink{record, shown, stepper{j.lease}}, Ask: shown.asker(),
	}
	if j.plan.Purpose != release.Smoke {
		a.running.Store(&w.env.Name)
		defer a.running.Store(nil)
	}
	if j.closing != "" {
		state, err = engine.Close(ctx, j.plan, actions, options, j.closing)
	} else {
		state, err = engine.Run(ctx, j.plan, actions, options)
	}
	shown.end()
	if j.closing == "" {
		a.concluded(ctx, w, state)
	}
	if state != nil && len(state.Plan.Steps) > 0 && a.viewName() != "json" && j.closing == "" {
		_, _ = fmt.Fprint(a.sys.Err, view.Report(state, a.style()), view.Explain(a.outcome.Explained, a.style()))
		_, _ = fmt.Fprintln(a.sys.Out, state.LastLine())
	}
	if err != nil {
		return state, unrecorded(w, state, j.run, err)
	}
	return state, nil
}

// data hides the secrets in what a run is resumed from.
func (v *veil) data(s string) string {
	v.mu.Lock()
	mask := v.mask
	v.mu.Unlock()
	return mask.Data(s)
}

// closeRecord brings the database up to date once more. What it does not get, the journal has for whoever comes next.
func closeRecord(ctx context.Context, r *ledger.Record) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_ = r.Close(ctx)
}

// whileHeld is a context that ends with the lease: a run that has lost the lock stops by itself.
func whileHeld(ctx context.Context, lease *ledger.Lease) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if lease == nil {
		return ctx, func() { cancel(nil) }
	}
	over := make(chan struct{})
	go func() {
		select {
		case <-lease.Lost():
			cancel(lost(lease.Err()))
		case <-over:
		}
	}()
	return ctx, func() {
		close(over)
		cancel(nil)
	}
}

// fence lets migrations ask whether the lock is still ours.
func fence(l *ledger.Lease) *migrate.Fence {
	return &migrate.Fence{
		Check: func(ctx context.Context, q migrate.Querier) error { return l.Check(ctx, q) },
		Hold:  func(ctx context.Context, q migrate.Querier) error { return l.Hold(ctx, q) },
	}
}

// stepper tells those who wait for the lock what the run is at.
type stepper struct{ lease *ledger.Lease }

func (s stepper) Write(batch []release.Event) error {
	if s.lease == nil {
		return nil
	}
	for _, e := range batch {
		if _, begun := e.Body.(release.StepStarted); begun {
			s.lease.SetStep(e.Step)
		}
	}
	return nil
}

// unrecorded is the end of a run whose record could not be written any more: nothing happens that is not on record, so
// it was broken off where it was.
func unrecorded(w *world, state *release.State, run string, err error) error {
	if errors.Is(err, ledger.ErrFenced) {
		return &release.Fault{
			Title:    "the lock of " + w.env.Name + " was lost, and the release was broken off where it was",
			Detail:   "somebody else may be at work there, so nothing more was begun, and nothing was put back",
			Evidence: []release.Evidence{{Label: "what it had done", Lines: []string{"readme-ops show " + run}}},
			Try:      "readme-ops resume --env " + release.ShellWord(w.env.Name), Exit: release.ExitNotPutBack, Cause: err,
		}
	}
	f := release.DiskFault("write the record", w.project.runs(), err)
	if f == nil {
		return err
	}
	if state == nil || len(state.Plan.Steps) == 0 {
		f.Detail += "; nothing was changed"
		return f
	}
	f.Title += ", and the release was broken off"
	f.Detail += "; nothing was put back, because that could not be recorded either"
	f.Evidence = []release.Evidence{{Label: "what it had done", Lines: []string{"readme-ops show " + run}}}
	f.Exit = release.ExitNotPutBack
	return f
}

// onDisk gives an error of the file system its Fault where there is one.
func onDisk(doing, path string, err error) error {
	if f := release.DiskFault(doing, path, err); f != nil {
		return f
	}
	return err
}

// lost words why the lock is no longer ours.
func lost(err error) engine.Lost {
	if err == nil {
		return "it was not renewed in time"
	}
	return engine.Lost(err.Error())
}
