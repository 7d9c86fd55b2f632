// Package engine runs a plan: one goroutine owns the state and emits every event, workers report to it.
package engine

import (
	"context"
	"encoding/json"

	"readme/cli/release"
)

// Action is what a step of one kind does. Package steps has them.
type Action interface {
	// Do carries the step out. Before each side effect it calls t.Intent. The answer's Text, Outputs, Record are used;
	// the engine sets the rest. An error becomes the step's Fault.
	Do(ctx context.Context, t *Task) (release.StepDone, error)
	// Undo puts back what Do changed, or may have changed: was is what the record holds of it. What stays on purpose
	// (an applied migration) is said in Kept. An error means that a person is needed.
	Undo(ctx context.Context, t *Task, was Was) (release.StepDone, error)
}

// Reconciler is an Action that can find out what has become of a step that was cut off between an intent and its result. An
// action without it is simply done again.
type Reconciler interface {
	// Reconcile asks the vendor, and waits for the end of what is still on its way there. With happened, done is the step's
	// result as if nothing had cut it off. Without, nothing of it has happened that doing it again would do twice, and Do
	// follows, which finds the same Was in its Task, unless it is only looked up (see Task.Looks). An error is the step's failure.
	Reconcile(ctx context.Context, t *Task, was Was) (done release.StepDone, happened bool, err error)
}

// UndoReconciler is an Action that can find out what has become of an undo that was cut off, and waits for the end of what is
// still on its way: whoever plans anew would otherwise see a world that is about to move.
type UndoReconciler interface {
	// ReconcileUndo gives the result of the undo, as if nothing had cut it off, if it has happened. It does nothing new.
	ReconcileUndo(ctx context.Context, t *Task, was Was) (done release.StepDone, happened bool, err error)
}

// Was is what the record holds of a step that is to be undone, or taken up again. The zero Was is a step that is new.
type Was struct {
	Intents []json.RawMessage // the data of each intent, in order
	Undone  []json.RawMessage // the data of each intent of an undo that was cut off
	Record  json.RawMessage   // of its StepDone; nil if it did not end well
}

// Sink takes the events, in order, a batch at a time. The first sink is the ledger: an event that it refuses is
// shown to nobody, and the run stops. With an error that wraps release.ErrAway it has taken the batch, but only on this
// machine: the run pauses.
type Sink interface {
	Write(batch []release.Event) error
}
