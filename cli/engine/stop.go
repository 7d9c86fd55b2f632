package engine

import (
	"context"
	"errors"

	"readme/cli/release"
)

// withStop adds what makes the run stop: before the entries if it was cancelled, after them if one of them is a failure. With it
// come the steps that will not run.
func (r *runner) withStop(ctx context.Context, entries []entry) []entry {
	now, failed := r.foresee(entries)
	switch {
	case r.closing || r.state.Stopping != "":
		return entries
	case ctx.Err() != nil && r.unfinished(now):
		entries = append([]entry{{body: stopping(context.Cause(ctx))}}, entries...)
	case failed != "":
		entries = append(entries, entry{body: release.RunStopping{Why: failed + " failed"}})
	default:
		return entries
	}
	return append(entries, r.skips(now)...)
}

// foresee gives what the entries will make of their steps, and the first one that fails the run.
func (r *runner) foresee(entries []entry) (now map[string]release.Status, failed string) {
	now = map[string]release.Status{}
	for _, e := range entries {
		if _, ok := e.body.(release.StepDone); ok {
			now[e.step] = release.Done
		}
		if _, ok := e.body.(release.StepCancelled); ok {
			now[e.step] = release.Cancelled
		}
		if b, ok := e.body.(release.StepFailed); ok {
			now[e.step] = release.Failed
			if failed == "" && !b.Undo && r.state.Step(e.step).Step.Kind != release.KindCleanup {
				failed = e.step
			}
		}
	}
	return now, failed
}

// unfinished reports whether there is anything left to stop: a signal after the last step undoes nothing.
func (r *runner) unfinished(now map[string]release.Status) bool {
	for _, st := range r.state.Steps {
		open := st.Status == release.Pending || st.Status == release.Running
		if open && now[st.Step.ID] != release.Done && st.Step.Kind != release.KindCleanup {
			return true
		}
	}
	return false
}

func stopping(cause error) release.RunStopping {
	stop := release.RunStopping{Why: why(cause)}
	if signal, ok := errors.AsType[Signal](cause); ok {
		stop.Signal = string(signal)
	}
	return stop
}

// skips says of each step that has not begun why it will not. Cleanups come later.
func (r *runner) skips(now map[string]release.Status) []entry {
	var entries []entry
	root := map[string]string{} // of a step that failed or was skipped: the step to blame, in words
	for _, st := range r.state.Steps {
		id, status := st.Step.ID, st.Status
		if s, ok := now[id]; ok {
			status = s
		}
		switch status {
		case release.Failed:
			root[id] = id + " failed"
		case release.Cancelled:
			root[id] = id + " was cancelled"
		case release.Pending:
			if st.Step.Kind == release.KindCleanup {
				continue
			}
			why := "the run is stopping"
			for _, need := range st.Step.Needs {
				if root[need] != "" {
					why, root[id] = root[need], root[need]
					break
				}
			}
			entries = append(entries, entry{id, release.StepSkipped{Why: why}})
		case release.Running, release.Done, release.Skipped, release.Unchanged:
		}
	}
	return entries
}
