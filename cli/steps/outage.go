package steps

import (
	"context"
	"errors"
	"time"

	"readme/cli/engine"
	"readme/cli/provider"
	"readme/cli/release"
)

// outage is how long a vendor may be down in the middle of what it was asked for, and is asked again: what it has taken
// goes on without us, and a release that ends meanwhile can neither tell what is live nor put it back.
const outage = 15 * time.Minute

// down reports whether an error says nothing of what was asked for, but that the vendor is away.
func down(err error) bool {
	e, ok := errors.AsType[*provider.Error](err)
	return ok && (e.Status == 0 || e.Status >= 500)
}

// outlast puts back once the vendor answers, and once more where it was down meanwhile. An undo looks first at what is
// live, so it may be done twice.
func (w *World) outlast(ctx context.Context, t *engine.Task, h Host, undo func() (release.StepDone, error)) (release.StepDone, error) {
	began := time.Now()
	w.awake(ctx, t, h, began)
	for {
		done, err := undo()
		if err == nil || ctx.Err() != nil || time.Since(began) > outage {
			return done, err
		}
		if !w.awake(ctx, t, h, began) && !down(err) {
			return done, err
		}
	}
}

// awake waits until the vendor answers, and reports whether it had to. What it answers is for the others to judge.
func (w *World) awake(ctx context.Context, t *engine.Task, h Host, began time.Time) (waited bool) {
	const often = 5 * time.Second
	for {
		_, err := h.Live(ctx)
		if !down(err) || time.Since(began) > outage || ctx.Err() != nil {
			return waited
		}
		if !waited {
			t.Say("", "waiting for the vendor, which does not answer: "+err.Error())
		}
		waited = true
		if sleep(ctx, often) != nil {
			return waited
		}
	}
}
