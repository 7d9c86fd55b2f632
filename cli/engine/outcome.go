package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"readme/cli/release"
)

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
	if errors.Is(err, errNothing) {
		return release.StepCancelled{Undo: f.undo, TookMS: took, Why: err.Error()}
	}
	if f.refused.Load() { // whatever it says: it may be the refusal in other words, and a resume finds out
		return release.StepCancelled{Undo: f.undo, TookMS: took, Why: release.ErrAway.Error()}
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
	body := release.StepFailed{Undo: f.undo, TookMS: took, Fault: fault}
	if stands, ok := errors.AsType[Stands](err); ok && !f.undo {
		body.Stands = stands.Why
	}
	return body
}

// abandoned is the body that closes a flight which does not return.
func (f *flight) abandoned(took int64) release.Body {
	if f.told {
		return release.StepCancelled{Undo: f.undo, TookMS: took, Why: "it did not stop when it was told to"}
	}
	fault := f.tooLong(errors.New("it does not return"))
	fault.Title = f.name() + " did not stop when it was told to"
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
