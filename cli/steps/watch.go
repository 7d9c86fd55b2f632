package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// watch follows the deployment to its end, and does not believe it before Live says the same.
func (d *delivery) watch(ctx context.Context) (release.StepDone, error) {
	end, err := d.follow(ctx, d.t, d.h, d.in, &d.rec)
	if err != nil {
		return release.StepDone{}, cannotRead(d.in, err)
	}
	return d.ended(ctx, end)
}

// ended makes the step's result of the end of its deployment.
func (d *delivery) ended(ctx context.Context, end provider.Deployment) (release.StepDone, error) {
	var err error
	switch end.State {
	case provider.Live, provider.Staged:
	case provider.Failed, provider.Superseded, provider.NeedsHuman, provider.Building:
		return release.StepDone{}, d.w.failedDeploy(ctx, d.h, d.in, end)
	}
	if end.State == provider.Staged && !d.rec.Staged {
		if end, err = d.w.onDomain(ctx, d.t, d.h, end, func(text string) error { return d.is(end.ID, text) }); err != nil {
			return release.StepDone{}, refused(d.in, "it was not promoted", err)
		}
	}
	if !d.rec.Staged {
		if err := d.verify(ctx, d.h, d.in, &end); err != nil {
			return release.StepDone{}, err
		}
		if err := d.asOrdered(ctx, d.t, d.h, d.in, end); err != nil {
			return release.StepDone{}, err
		}
	}
	d.rec.After = end
	record, err := json.Marshal(d.rec)
	if err != nil {
		return release.StepDone{}, err
	}
	text := "live"
	if end.State == provider.Staged {
		text = "staged, not on the domain yet"
	}
	return release.StepDone{
		Text:    fmt.Sprintf("%s: %s", text, end.ID),
		Outputs: map[string]string{"url": end.URL, "commit": d.in.Commit, "deployment": end.ID},
		Record:  record,
	}, nil
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

// verify holds the vendor to its word: what serves must be the deployment that was just brought. Reads lag writes by
// seconds at some vendors, so it looks for up to half a minute.
func (a deploy) verify(ctx context.Context, h Host, in plan.DeployInputs, d *provider.Deployment) error {
	const lag = 30 * time.Second
	for began := time.Now(); ; {
		live, err := h.Live(ctx)
		if err == nil && live.ID == d.ID {
			d.URL = live.URL
			return nil
		}
		if time.Since(began) > lag {
			if err != nil {
				return cannotRead(in, err)
			}
			return &release.Fault{
				Title:    in.Name + " was deployed, but something else serves",
				Detail:   "the vendor reports the deployment as successful, and another one as active",
				Evidence: []release.Evidence{{Label: in.To, Lines: []string{"brought " + d.ID, "serves  " + live.ID}}},
				Try:      "readme-ops status",
			}
		}
		if err := sleep(ctx, a.w.Poll); err != nil {
			return err
		}
	}
}
