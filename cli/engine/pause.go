package engine

import (
	"context"

	"readme/cli/release"
)

// pausing gives why the run is left as it is, to be resumed; "" if it goes on to its end.
func (r *runner) pausing(ctx context.Context) string {
	gone, isLost := lost(ctx)
	switch {
	case r.away != nil:
		return release.ErrAway.Error()
	case isLost:
		return gone.Error()
	case r.closing && ctx.Err() != nil:
		return why(context.Cause(ctx))
	case r.state.Stopping != "" && !r.state.Failed && r.state.Moved():
		return r.state.Stopping
	}
	return r.open
}

// end puts the last entries on record, or that the run pauses.
func (r *runner) end(ctx context.Context, last ...release.Body) {
	var entries []entry
	if reason := r.pausing(ctx); reason != "" {
		entries, last = r.unbegun(reason), []release.Body{release.RunPaused{Why: reason}}
	}
	for _, body := range last {
		entries = append(entries, entry{body: body})
	}
	r.record(entries)
}

// unbegun closes what was put on record as begun and then could not begin.
func (r *runner) unbegun(reason string) []entry {
	var entries []entry
	for _, st := range r.state.Steps {
		if st.Status == release.Running {
			entries = append(entries, entry{st.Step.ID, release.StepCancelled{Why: reason}})
		}
		if st.Undo.Status == release.Running {
			entries = append(entries, entry{st.Step.ID, release.StepCancelled{Undo: true, Why: reason}})
		}
	}
	return entries
}
