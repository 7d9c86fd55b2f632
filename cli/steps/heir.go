package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// Heirs is a vendor whose own deploys on a push may bring the very commit of a release once more, beside ours.
type Heirs interface {
	// Heir is the newest deployment of the same commit that has taken the place of this one, or is about to; id itself
	// if there is none.
	Heir(ctx context.Context, id string) (string, error)
}

// Differs tells how a live deployment was built, or is run, otherwise than was ordered: a line for each setting.
type Differs interface {
	Differences(ctx context.Context, id string, o Order) ([]string, error)
}

// heir is id itself where the vendor has no heirs, or cannot be asked.
func heir(ctx context.Context, h Host, id string) string {
	v, ok := h.(Heirs)
	if !ok {
		return id
	}
	found, err := v.Heir(ctx, id)
	if err != nil || found == "" {
		return id
	}
	return found
}

// follow waits for the end of the deployment, and of the one of the same commit that takes its place: which of the two
// serves is all the same, and that the other one was superseded is no failure.
func (a deploy) follow(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec *deployed) (provider.Deployment, error) {
	for {
		tail := tailer{host: h, task: t, id: rec.ID}
		if in.Source == "build" { // its log was told while it was built
			tail.host = nil
		}
		d, err := a.w.wait(ctx, t, h, rec.ID, func(provider.Deployment) { tail.read(ctx) })
		if err != nil {
			return d, err
		}
		tail.read(ctx)
		next := heir(ctx, h, rec.ID)
		if next == rec.ID {
			return d, nil
		}
		t.Say("", "the vendor deploys the same commit once more by itself: "+next)
		rec.ID = next
		if err := t.Intent("wait for deployment "+next, *rec); err != nil {
			return d, err
		}
	}
}

// asOrdered holds what went live against the order. Another commit is a failure. Settings that read otherwise are said
// and left to the smoke checks, because a vendor may only write them in another way.
func (a deploy) asOrdered(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, d provider.Deployment) error {
	if in.Source == "commit" && d.Marker.Commit != "" && !strings.EqualFold(d.Marker.Commit, in.Commit) {
		return &release.Fault{
			Title:    in.Name + " went live with another commit than the one that was ordered",
			Detail:   "the vendor took the order, and its own record of the deployment names another commit",
			Evidence: []release.Evidence{{Label: in.To, Lines: []string{"ordered " + in.Commit, "live    " + d.Marker.Commit}}},
			Try:      "readme-ops status" + a.w.flag(),
		}
	}
	v, ok := h.(Differs)
	if !ok {
		return nil
	}
	lines, err := v.Differences(ctx, d.ID, Order{DeployInputs: in})
	if err != nil {
		t.Say("", "with which settings it runs could not be read: "+err.Error())
		return ended(ctx, err)
	}
	for _, line := range lines {
		t.Say("", fmt.Sprintf("%s is live with another setting than release.yaml's: %s", in.Name, line))
	}
	return nil
}

// ended passes an error on that is the end of the context, and no other.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return nil
}
