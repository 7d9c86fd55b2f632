package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"readme/cli/release"
)

// flight is a step at work, or its undo.
type flight struct {
	step  release.Step
	undo  bool
	looks bool // see Task.Looks
	was   Was
	limit time.Duration

	doing   atomic.Pointer[string] // this and the next are the only fields that the worker writes
	refused atomic.Bool            // an intent of it was not taken, because the ledger is away

	started time.Time
	until   time.Time // when its context ends or has ended
	told    bool      // it has ended because the run is to stop
	heard   time.Time // when it last told something
	lines   int
	cancel  context.CancelCauseFunc
}

// report is what a worker tells the goroutine of Run.
type report struct {
	flight *flight
	body   release.Body
	last   bool         // the step has returned
	ack    chan<- error // answered once the body is on record, or never will be; nil if nobody waits
}

func (rep report) answer(err error) {
	if rep.ack != nil {
		rep.ack <- err
	}
}

// errTooLong is the cause of a context whose step used up its time; never shown. It is known as what it is outside too:
// whoever words errors for people leaves the end of a context alone.
var errTooLong = fmt.Errorf("too long: %w", context.DeadlineExceeded)

// errAbandoned answers an intent of a step that the run has gone on without.
var errAbandoned = errors.New("the run no longer waits for this step")

// launch starts a worker for f.
func (r *runner) launch(ctx context.Context, f *flight, do func(context.Context, *Task) (release.StepDone, error)) {
	ctx, f.cancel = context.WithCancelCause(ctx)
	ctx, stop := context.WithTimeoutCause(ctx, f.limit, errTooLong)
	f.started = time.Now()
	f.until, f.heard = f.started.Add(f.limit), f.started
	r.flights[f.step.ID] = f
	task := r.task(ctx, f)
	go func() {
		defer f.cancel(nil)
		defer stop()
		var done release.StepDone
		err := error(bug(f.step, "the step ended its goroutine", nil)) // unless do returns
		defer func() {
			if p := recover(); p != nil {
				err = bug(f.step, fmt.Sprint("panic: ", p), debug.Stack())
			}
			r.tell(report{flight: f, body: f.outcome(ctx, done, err), last: true})
		}()
		done, err = do(ctx, task)
	}()
}

func (r *runner) tell(rep report) {
	select {
	case r.reports <- rep:
	case <-r.closed:
		rep.answer(errAbandoned)
	}
}

func (r *runner) task(ctx context.Context, f *flight) *Task {
	return &Task{
		Step: f.step, Run: r.o.Run, Was: f.was, Looks: f.looks, undo: f.undo, mask: r.o.Mask,
		outputs: r.outputs.get,
		doing:   func(what string) { f.doing.Store(&what) },
		said: func(b release.Body) {
			if b, err := release.Recorded(b); err == nil { // these bodies hold nothing that JSON could refuse
				r.tell(report{flight: f, body: b})
			}
		},
		intend: func(b release.StepIntent) error {
			if ctx.Err() != nil { // a step that is being stopped starts nothing new
				return context.Cause(ctx)
			}
			body, err := release.Recorded(b)
			if err != nil {
				return err
			}
			ack := make(chan error, 1)
			r.tell(report{flight: f, body: body, ack: ack})
			if err = <-ack; err == nil && ctx.Err() != nil { // it was stopped while that was written
				err = context.Cause(ctx)
			}
			if errors.Is(err, release.ErrAway) {
				f.refused.Store(true)
			}
			return err
		},
	}
}
