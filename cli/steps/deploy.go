package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// deploy brings one service: it checks that the world is as the plan saw it, puts its intent on record, sends, waits
// until the vendor's own record says that it serves, and verifies that it is ours that serves.
type deploy struct{ w *World }

// deployed is what is on record of a deploy: what served before, and the new deployment once it has an id.
type deployed struct {
	Before provider.Deployment `json:"before"`
	ID     string              `json:"id,omitempty"`
	Staged bool                `json:"staged,omitempty"`

	After provider.Deployment `json:"after,omitzero"` // what serves since, once it does: a later rollback goes back to that
}

// Brought is the deployment that a run's step has made, "" if it made none. It may be gone again.
func Brought(s *release.StepState) string {
	if s == nil {
		return ""
	}
	for _, raw := range slices.Backward(s.Intents) {
		var rec deployed
		if json.Unmarshal(raw, &rec) == nil && rec.ID != "" {
			return rec.ID
		}
	}
	return s.Outputs["deployment"]
}

func (a deploy) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	var in plan.DeployInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	h := a.w.Hosts[in.Name]
	before, err := h.Live(ctx)
	if err != nil {
		return release.StepDone{}, cannotRead(in, err)
	}
	if now := "live=" + before.ID; now != t.Step.Precondition {
		return release.StepDone{}, a.w.overtaken(t.Step, now)
	}
	order := Order{DeployInputs: in, Marker: provider.Marker{Release: t.Run, Commit: in.Commit, Tree: in.Tree}, Say: t.Say, Doing: t.Doing}
	if in.Archive != "" {
		order.Archive = filepath.Join(a.w.Archives, in.Archive+".tar.gz")
	}
	rec := deployed{Before: before, Staged: in.Staged}
	if err := t.Intent("deploy "+in.Name+" to "+in.To, rec); err != nil {
		return release.StepDone{}, err
	}
	if err := a.make(ctx, t, h, order, rec); err != nil {
		return release.StepDone{}, err
	}
	if p, ok := h.(Preparer); ok {
		if err := p.Prepare(ctx, order); err != nil {
			return release.StepDone{}, refused(in, "its settings were refused", err)
		}
	}
	id, err := h.Deploy(ctx, order)
	if err != nil {
		return release.StepDone{}, refused(in, "the vendor did not take it", err)
	}
	rec.ID = id
	if err := t.Intent("wait for deployment "+id, rec); err != nil {
		return release.StepDone{}, err
	}
	return a.watch(ctx, t, h, in, rec)
}

// make brings what the plan says is missing at the vendor.
func (a deploy) make(ctx context.Context, t *engine.Task, h Host, o Order, rec deployed) error {
	m, ok := h.(Maker)
	if !ok || len(o.Make)+len(o.Variables) == 0 {
		return nil
	}
	n := New{Order: o, Variables: map[string]release.Secret{}, Plain: a.w.Plain}
	for _, name := range o.Variables {
		n.Variables[name] = a.w.Values[name]
	}
	making := append(slices.Clone(o.Make), o.Variables...)
	if err := t.Intent("make "+strings.Join(making, ", "), rec); err != nil {
		return err
	}
	if err := m.Make(ctx, n); err != nil {
		return refused(o.DeployInputs, "what it needs there could not be made", err)
	}
	for _, what := range o.Make {
		t.Say("", "made "+what)
	}
	return nil
}

// watch follows the deployment to its end, and does not believe it before Live says the same.
func (a deploy) watch(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed) (release.StepDone, error) {
	d, err := a.follow(ctx, t, h, in, &rec)
	if err != nil {
		return release.StepDone{}, cannotRead(in, err)
	}
	switch d.State {
	case provider.Live, provider.Staged:
	case provider.Failed, provider.Superseded, provider.NeedsHuman, provider.Building:
		return release.StepDone{}, a.w.failedDeploy(ctx, h, in, d)
	}
	if d.State == provider.Staged && !rec.Staged {
		if d, err = a.w.onDomain(ctx, t, h, d); err != nil {
			return release.StepDone{}, refused(in, "it was not promoted", err)
		}
	}
	if !rec.Staged {
		if err := a.verify(ctx, h, in, &d); err != nil {
			return release.StepDone{}, err
		}
		if err := a.asOrdered(ctx, t, h, in, d); err != nil {
			return release.StepDone{}, err
		}
	}
	rec.After = d
	record, err := json.Marshal(rec)
	if err != nil {
		return release.StepDone{}, err
	}
	text := "live"
	if d.State == provider.Staged {
		text = "staged, not on the domain yet"
	}
	return release.StepDone{
		Text:    fmt.Sprintf("%s: %s", text, d.ID),
		Outputs: map[string]string{"url": d.URL, "commit": in.Commit, "deployment": d.ID},
		Record:  record,
	}, nil
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
