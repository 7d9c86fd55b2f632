package steps

import (
	"context"
	"strings"
	"time"

	"readme/cli/engine"
	"readme/cli/provider"
	"readme/cli/release"
)

// Reconcile finds out what has become of a deploy that was cut off, and waits for the end of what the vendor has begun.
func (a deploy) Reconcile(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	d, err := a.delivery(t)
	if err != nil {
		return release.StepDone{}, false, err
	}
	rec, begun, err := recorded(was.Intents)
	if err != nil || !begun {
		return release.StepDone{}, false, err
	}
	d.rec, d.begun = rec, true
	done, happened, err := d.takeUp(ctx)
	return done, happened, d.stopped(ctx, err)
}

func (d *delivery) takeUp(ctx context.Context) (release.StepDone, bool, error) {
	no := release.StepDone{}
	if d.rec.ID == "" {
		id, err := d.found(ctx)
		if err != nil {
			return no, false, cannotRead(d.in, err)
		}
		if id == "" {
			d.t.Say("", "nothing was begun at "+d.in.To)
			return no, false, nil
		}
		d.t.Say("", "deployment "+id+" was begun before, and is waited for")
		if err := d.is(id, "wait for deployment "+id); err != nil {
			return no, false, err
		}
	}
	recall(d.h, d.rec.ID, d.rec.Before.ID)
	gone, err := d.gone(ctx)
	if err != nil {
		return no, false, cannotRead(d.in, err)
	}
	if gone {
		return d.nothing(ctx, provider.Deployment{ID: d.rec.ID, State: provider.Superseded, Raw: "deleted", Why: "it was deleted"})
	}
	end, err := d.follow(ctx, d.t, d.h, d.in, &d.rec)
	if err != nil {
		return no, false, cannotRead(d.in, err)
	}
	if cancelled(end) {
		return d.nothing(ctx, end)
	}
	done, err := d.ended(ctx, end)
	return done, err == nil, err
}

// found looks for what was sent: a deployment that bears our marker, or is of our commit or image, and was not there before.
// One that the vendor has made of our commit by itself, and that serves by now, is as good.
func (d *delivery) found(ctx context.Context) (string, error) {
	f, ok := d.h.(Finder)
	if !ok {
		return "", nil
	}
	d.t.Doing("looking for what was begun")
	id, err := d.w.seek(ctx, d.t, func(ctx context.Context) (string, error) { return f.Find(ctx, d.order, d.rec.Had) })
	if err != nil || id != "" || d.in.Source != "commit" {
		return id, err
	}
	live, err := d.h.Live(ctx)
	if err == nil && live.ID != d.rec.Before.ID && ownDeploy(live, d.in.Commit) {
		id = live.ID
	}
	return id, err
}

// gone reports whether the vendor does not know the deployment any more: not for as long as its reads may be late.
func (d *delivery) gone(ctx context.Context) (bool, error) {
	for began := time.Now(); ; {
		_, err := d.h.Deployment(ctx, d.rec.ID)
		if !provider.NotFound(err) {
			return false, isEnd(ctx, err) // any other error is waited out by those who follow it
		}
		if time.Since(began) >= d.w.patience() {
			return true, nil
		}
		if err := sleep(ctx, d.w.Poll); err != nil {
			return false, err
		}
	}
}

// cancelled reports whether a deployment was taken away before it could serve.
func cancelled(d provider.Deployment) bool {
	return d.State == provider.Superseded || d.State == provider.Failed && strings.HasPrefix(strings.ToUpper(d.Raw), "CANCEL")
}

// nothing is the end of a deployment that was taken away: if what was live before still serves, nothing has happened.
func (d *delivery) nothing(ctx context.Context, end provider.Deployment) (release.StepDone, bool, error) {
	live, err := d.h.Live(ctx)
	if err != nil {
		return release.StepDone{}, false, cannotRead(d.in, err)
	}
	if live.ID != d.rec.Before.ID && !isBack(d.rec, live) {
		return release.StepDone{}, false, d.w.failedDeploy(ctx, d.h, d.in, end)
	}
	d.t.Say("", "deployment "+end.ID+" was cancelled on its way, so it is done again")
	return release.StepDone{}, false, nil
}
