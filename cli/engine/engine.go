package engine

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"readme/cli/release"
)

// Options say who runs a plan, and where its events go.
type Options struct {
	Run      string // the run's id, see release.NewRun
	By       string // user@host
	Program  string // the version of readme-ops
	CI       string // the URL of the CI run, "" outside CI
	Reason   string // why, where a person has to say so
	Approved release.Approved
	Sinks    []Sink // the first is the ledger

	// Resume is the record of the run from its first event on, if another process began it: Run goes on where that one was cut
	// off, or left. The sinks do not get these events again.
	Resume []release.Event

	Deadline     time.Duration // of a step that states none; 0 means 15 minutes
	UndoDeadline time.Duration // of an undo, and of a cleanup that states none; 0 means 20 minutes

	// Ask is asked whether to put back what was changed, where the plan says "ask". It is told to give up by ctx, and its answer
	// does not count then: the run pauses with the question open. Nil means yes.
	Ask func(ctx context.Context, s *release.State) bool

	// Mask takes the secrets out of a text. It is given every text of every event before any sink sees it, except what a record
	// hangs together by (ids of steps, the digest) and what was approved (the inputs of steps). Nil masks nothing.
	Mask func(string) string

	// MaskData is Mask for what an undo and a resume work from: intents, records and outputs. These hold ids and addresses, and
	// with a piece of one hidden nothing at a vendor would be found again, so it should hide only what nobody takes for
	// such a piece. Nil is Mask.
	MaskData func(string) string

	// Lost is told once about each sink but the first that refused a batch: it gets nothing more, because a stream with a
	// hole in it misleads whoever reads it. May be nil.
	Lost func(sink int, err error)
}

// Run carries the plan out. actions has one for each step that runs, by the step's ID. It returns when nothing is in flight any more,
// with the state as it is on record.
//
// A failed step stops the run: what is in flight ends, cleanups run, and what was changed is put back unless the plan or the
// failure (see Stands) says otherwise. A cancelled ctx stops it too, until something is being put back: what is in flight is cancelled
// with ctx's cause, and if anything was changed the run pauses, to be resumed. It also pauses when the ledger is away (see Sink) or
// the lock was Lost. None of that is an error of Run: the state has the verdict.
//
// Run's own errors are a plan that cannot run or a record that cannot be resumed, found before the first event, and a ledger that
// cannot be written: then nothing more is started, shown or put back, because nobody would know of it afterwards.
func Run(ctx context.Context, plan release.Plan, actions map[string]Action, o Options) (*release.State, error) {
	r, err := newRunner(plan, actions, o)
	if err == nil && r.state.Superseded != "" {
		err = fmt.Errorf("the run %s is closed, and nobody continues it: %s", r.state.Run, r.state.Superseded)
	}
	if err == nil {
		err = validate(r.plan, actions)
	}
	if err != nil {
		return nil, fmt.Errorf("run plan: %w", err)
	}
	defer close(r.closed)
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("run plan: %w", err)
	}
	r.forward(ctx)
	back, stop := deaf(ctx)
	defer stop()
	if r.pausing(ctx) == "" {
		r.lookUp(back)
		r.cleanup(back)
	}
	if r.pausing(ctx) == "" {
		r.rollback(ctx, back)
	}
	r.end(ctx, release.RunDone{TookMS: r.took()})
	return r.state, r.broken
}

// forward runs every step but the cleanups, as far as it gets.
func (r *runner) forward(ctx context.Context) {
	for {
		switch {
		case r.state.Stopping != "":
		case r.away != nil:
			r.record(append([]entry{{body: release.RunStopping{Why: r.pausing(ctx)}}}, r.skips(nil)...))
		case ctx.Err() != nil:
			r.settle(ctx)
		default:
			r.start(ctx, r.ready(), r.o.Deadline)
		}
		if len(r.flights) == 0 {
			return
		}
		r.turn(ctx)
	}
}

// ready lists the steps that can start now.
func (r *runner) ready() []release.Step {
	var steps []release.Step
	for _, st := range r.state.Steps {
		if st.Status == release.Pending && st.Step.Kind != release.KindCleanup && r.satisfied(st.Step) {
			steps = append(steps, r.step(st.Step.ID))
		}
	}
	return steps
}

// satisfied reports whether all that a step needs is there. What the plan does not run counts as there.
func (r *runner) satisfied(s release.Step) bool {
	for _, id := range s.Needs {
		if need := r.state.Step(id); need.Status != release.Done && need.Step.Runs() {
			return false
		}
	}
	return true
}

// cleanup removes what checks have made, whatever happened to the run.
func (r *runner) cleanup(ctx context.Context) {
	var (
		steps   []release.Step
		skipped []entry
	)
	for _, st := range r.state.Steps {
		if st.Step.Kind != release.KindCleanup || st.Status != release.Pending {
			continue
		}
		if need := st.Step.Needs[0]; r.state.Step(need).Status != release.Done {
			skipped = append(skipped, entry{st.Step.ID, release.StepSkipped{Why: nothingToRemove(r.state.Step(need))}})
			continue
		}
		steps = append(steps, r.step(st.Step.ID))
	}
	r.record(skipped)
	r.start(ctx, steps, r.o.UndoDeadline)
	for len(r.flights) > 0 {
		r.turn(ctx)
	}
}

// nothingToRemove says why there is no cleanup after a check. How to find what it has made stands in an answer: one that was cut off before the
// answer is on record may leave it behind, and to repeat the check would make another one.
func nothingToRemove(check *release.StepState) string {
	if check.Status == release.Cancelled {
		return check.Step.ID + " was cut off before it told what it has made: that may be left behind"
	}
	return "nothing to remove: " + check.Step.ID + " did not pass"
}

// start puts on record that the steps have begun, and then lets them begin.
func (r *runner) start(ctx context.Context, steps []release.Step, deadline time.Duration) {
	if ctx.Err() != nil {
		return
	}
	entries := make([]entry, len(steps))
	for i, s := range steps {
		entries[i] = entry{s.ID, release.StepStarted{}}
	}
	r.record(entries)
	if r.refusal() != nil {
		return
	}
	for _, s := range steps {
		was := r.was(s.ID)
		r.launch(ctx, &flight{step: s, was: was, limit: cmp.Or(s.Deadline, deadline)}, carryOn(r.actions[s.ID], was))
	}
}
