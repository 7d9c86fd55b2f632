package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"readme/cli/release"
)

// flight is a step at work, or its undo.
type flight struct {
	step  release.Step
	undo  bool
	limit time.Duration

	doing atomic.Pointer[string] // the only field that the worker writes

	started time.Time
	until   time.Time // when its context ends or has ended
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
		Step: f.step, Run: r.o.Run, undo: f.undo,
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
			return <-ack
		},
	}
}

// outcome is the body that closes the flight.
func (f *flight) outcome(ctx context.Context, done release.StepDone, err error) release.Body {
	took := time.Since(f.started).Milliseconds()
	if err == nil {
		done.Undo, done.TookMS = f.undo, took
		body, unfit := release.Recorded(done)
		if unfit == nil {
			return body
		}
		err = bug(f.step, unfit.Error(), nil)
	}
	cause := context.Cause(ctx)
	stopped := cause != nil && (errors.Is(err, cause) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
	if stopped && !errors.Is(cause, errTooLong) {
		return release.StepCancelled{Undo: f.undo, TookMS: took, Why: why(cause)}
	}
	fault := f.fault(err)
	if stopped {
		fault = f.tooLong(err)
	}
	fault.Cause = nil
	return release.StepFailed{Undo: f.undo, TookMS: took, Fault: fault}
}

// why words the cause of a cancelled context.
func why(cause error) string {
	if errors.Is(cause, context.Canceled) {
		return "cancelled"
	}
	return cause.Error()
}

// fault makes the step's Fault of an error: its own if it brought one.
func (f *flight) fault(err error) release.Fault {
	if own, ok := errors.AsType[*release.Fault](err); ok {
		return *own
	}
	return release.Fault{Title: f.name() + " failed", Detail: err.Error()}
}

// tooLong keeps the evidence of a step that used up its time.
func (f *flight) tooLong(err error) release.Fault {
	fault := release.Fault{Title: fmt.Sprintf("%s took longer than %s", f.name(), release.Took(f.limit.Milliseconds()))}
	if doing := f.doing.Load(); doing != nil {
		fault.Detail = "it was still " + *doing
	}
	if own, ok := errors.AsType[*release.Fault](err); ok {
		fault.Detail, fault.Where, fault.Evidence, fault.Try = own.Error(), own.Where, own.Evidence, own.Try
	}
	return fault
}

func (f *flight) name() string {
	if f.undo {
		return "putting back " + f.step.ID
	}
	return f.step.Title
}

func bug(s release.Step, what string, stack []byte) *release.Fault {
	fault := &release.Fault{
		Title: s.Title + " failed: this is a bug in readme-ops", Detail: what, Try: "readme-ops doctor", Exit: release.ExitBug,
	}
	if len(stack) > 0 {
		lines := strings.Split(strings.TrimSpace(string(stack)), "\n")
		fault.Evidence = []release.Evidence{{Label: "where it happened", Lines: lines[:min(len(lines), 30)]}}
	}
	return fault
}
