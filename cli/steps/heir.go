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
		return isEnd(ctx, err)
	}
	for _, line := range lines {
		t.Say("", fmt.Sprintf("%s is live with another setting than release.yaml's: %s", in.Name, line))
	}
	return nil
}

// isEnd passes an error on that is the end of the context, and no other.
func isEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return nil
}
