package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// Undo puts back what served before. What was made at the vendor for it stays.
func (a deploy) Undo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	var in plan.DeployInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	done, err := a.undo(ctx, t, in, was)
	made := slices.Clone(in.Make)
	for _, name := range in.Variables {
		made = append(made, "variable "+name)
	}
	if err == nil && len(made) > 0 {
		kept := fmt.Sprintf("%s of %s stays at %s", strings.Join(made, ", "), in.Name, in.To)
		done.Kept = strings.TrimPrefix(done.Kept+"; "+kept, "; ")
	}
	return done, err
}

func (a deploy) undo(ctx context.Context, t *engine.Task, in plan.DeployInputs, was engine.Was) (release.StepDone, error) {
	var rec deployed
	for _, raw := range was.Intents {
		if err := json.Unmarshal(raw, &rec); err != nil {
			return release.StepDone{}, err
		}
	}
	h := a.w.Hosts[in.Name]
	stopped := a.stop(ctx, t, h, rec)
	live, err := h.Live(ctx)
	vendors := err == nil && live.ID != rec.Before.ID && ownDeploy(live, in.Commit) // of the very commit, started by a push
	if rec.Staged && stopped == nil && !vendors {
		return release.StepDone{Text: "the staged deployment was not promoted; what was live stays live"}, nil
	}
	// What serves already, whatever its record says, cannot be stopped any more: another one takes its place.
	if stopped != nil && (err != nil || live.ID != rec.ID) {
		return release.StepDone{}, notPutBack(in, rec, stopped)
	}
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	switch {
	case live.ID == rec.Before.ID && live.ID != "":
		return release.StepDone{Text: live.ID + " was live before and still is", Kept: remark(ctx, h)}, a.settingsBack(ctx, h, in, rec)
	case live.ID == "" && rec.Before.ID == "":
		return release.StepDone{Text: "nothing is live, as before"}, nil
	case isBack(rec, live):
		return release.StepDone{Text: "back to " + before(rec), Kept: remark(ctx, h)}, a.settingsBack(ctx, h, in, rec)
	case strangers(rec, live, t.Run, in):
		return release.StepDone{}, notPutBack(in, rec, errStrangers(live))
	case rec.Before.ID == "":
		return a.remove(ctx, t, h, in, rec, live)
	}
	return a.restore(ctx, t, h, in, rec)
}

// strangers reports whether what serves was brought by somebody else after us. It is not ours to take away. A deployment
// that the vendor made of a commit bears no release: one of ours (in.Commit, "" for none) is ours, whoever started it.
func strangers(rec deployed, live provider.Deployment, run string, in plan.DeployInputs) bool {
	if m := live.Marker; m.Release == "" && m.Tree == "" && m.Commit != "" && in.Commit != "" && live.ID != rec.ID {
		return m.Commit != in.Commit
	}
	if rec.ID != "" {
		return live.ID != "" && live.ID != rec.ID && live.Marker.Release != run
	}
	// Ours has no id that we know. What we upload bears our marker; where the vendor keeps none, its image tells.
	switch {
	case live.Marker.Release != "" || in.Source == "upload":
		return live.Marker.Release != run
	case in.Image != "" && live.Image != "":
		return live.Image != in.Image
	}
	return false
}

// isBack reports whether what serves is a copy of what served before: a rollback that was cut off has got that far.
func isBack(rec deployed, live provider.Deployment) bool {
	if live.ID == "" || live.ID == rec.ID || live.State != provider.Live {
		return false
	}
	was := rec.Before
	if was.Marker != (provider.Marker{}) {
		return live.Marker == was.Marker
	}
	return (was.Image != "" || was.Build != "") && live.Image == was.Image && live.Build == was.Build
}

func errStrangers(live provider.Deployment) error {
	return fmt.Errorf("%s serves, which somebody else has brought in the meantime; it was left alone", live.ID)
}

// stop ends a deployment that is still on its way, so that it does not go live after it was put back.
func (a deploy) stop(ctx context.Context, t *engine.Task, h Host, rec deployed) error {
	if rec.ID == "" {
		return nil
	}
	d, err := h.Deployment(ctx, rec.ID)
	if provider.NotFound(err) { // the undo of a promote has taken it away
		return nil
	}
	// One that waits for a person would go live when that person says yes, long after it was put back.
	if err != nil || d.State.Over() && d.State != provider.NeedsHuman {
		return err
	}
	remover, ok := h.(Remover)
	if !ok {
		return nil
	}
	if err := t.Intent("cancel deployment "+rec.ID, rec); err != nil {
		return err
	}
	return remover.Remove(ctx, rec.ID)
}

// settingsBack lets a vendor that keeps settings beside deployments have the old commit's again.
func (a deploy) settingsBack(ctx context.Context, h Host, in plan.DeployInputs, rec deployed) error {
	p, ok := h.(interface {
		Unprepare(ctx context.Context, before provider.Deployment) error
	})
	if !ok {
		return nil
	}
	if err := p.Unprepare(ctx, rec.Before); err != nil {
		return notPutBack(in, rec, err)
	}
	return nil
}

func (a deploy) remove(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed, live provider.Deployment) (release.StepDone, error) {
	remover, ok := h.(Remover)
	if !ok {
		return release.StepDone{
			Text: "nothing was live before",
			Kept: fmt.Sprintf("%s stays at %s: it is the first one, and there is nothing to go back to", in.Name, in.To),
		}, nil
	}
	if err := t.Intent("remove deployment "+live.ID, rec); err != nil {
		return release.StepDone{}, err
	}
	if err := remover.Remove(ctx, live.ID); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	for began := time.Now(); ; {
		now, err := h.Live(ctx)
		if err == nil && now.ID != live.ID {
			return release.StepDone{Text: "removed, nothing was live before"}, nil
		}
		if time.Since(began) > time.Minute {
			return release.StepDone{}, notPutBack(in, rec, fmt.Errorf("%s still serves a minute after it was removed", live.ID))
		}
		if err := sleep(ctx, a.w.Poll); err != nil {
			return release.StepDone{}, err
		}
	}
}

func (a deploy) restore(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed) (release.StepDone, error) {
	restorer, ok := h.(Restorer)
	if !ok {
		return release.StepDone{}, notPutBack(in, rec, fmt.Errorf("%s has no way back to an earlier deployment", in.To))
	}
	if err := t.Intent("go back to "+rec.Before.ID, rec); err != nil {
		return release.StepDone{}, err
	}
	var id string
	err := twice(ctx, t, func() (err error) {
		id, err = restorer.Restore(ctx, rec.Before, provider.Marker{Release: t.Run, Commit: rec.Before.Marker.Commit, Tree: rec.Before.Marker.Tree})
		return err
	})
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	d, err := a.w.wait(ctx, t, h, id, func(provider.Deployment) {})
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	if d, err = a.w.onDomain(ctx, t, h, d); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	if d.State != provider.Live {
		return release.StepDone{}, notPutBack(in, rec, fmt.Errorf("the way back ended as %s: %s", d.Raw, d.Why))
	}
	if err := a.verify(ctx, h, in, &d); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	return release.StepDone{Text: "back to " + before(rec), Kept: remark(ctx, h)}, nil
}

func before(rec deployed) string {
	if rec.Before.Image != "" {
		return rec.Before.Image
	}
	if rec.Before.Build != "" {
		return "build " + rec.Before.Build
	}
	if c := rec.Before.Marker.Commit; c != "" {
		return rec.Before.ID + " (" + release.Commit{SHA: c}.Short() + ")"
	}
	return rec.Before.ID
}
