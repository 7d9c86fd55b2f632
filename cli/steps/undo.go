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
	done, err := a.w.outlast(ctx, t, a.w.Hosts[in.Name], func() (release.StepDone, error) { return a.undo(ctx, t, in, was) })
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
	rec, err := a.lastKnown(ctx, t, was)
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	h := a.w.Hosts[in.Name]
	stopped := a.stop(ctx, t, h, rec, was)
	if done, ok, err := a.goesOn(ctx, t, h, in, rec, was); ok {
		return done, err
	}
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
		return a.remove(ctx, t, h, in, rec, live, was)
	}
	return a.restore(ctx, t, h, in, rec)
}

// lastKnown is what is on record, and the id of what was sent where that is not: what nobody knows of could go live after
// everything was put back.
func (a deploy) lastKnown(ctx context.Context, t *engine.Task, was engine.Was) (deployed, error) {
	rec, _, err := recorded(was.Intents)
	if err != nil || rec.ID != "" || a.w.unsent.is(t.Step.ID) {
		return rec, err
	}
	d, err := a.delivery(t)
	if err != nil {
		return rec, err
	}
	d.rec = rec
	rec.ID, err = d.found(ctx)
	return rec, err
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
func (a deploy) stop(ctx context.Context, t *engine.Task, h Host, rec deployed, was engine.Was) error {
	if rec.ID == "" {
		return nil
	}
	recall(h, rec.ID, rec.Before.ID)
	ending, _, _ := undone(was)
	for began := time.Now(); ; {
		d, err := h.Deployment(ctx, rec.ID)
		if provider.NotFound(err) { // the undo of a promote has taken it away
			return nil
		}
		// One that waits for a person would go live when that person says yes, long after it was put back.
		if err != nil || d.State.Over() && d.State != provider.NeedsHuman {
			return err
		}
		if !ending[rec.ID] || time.Since(began) >= a.w.patience() {
			break
		}
		if err := sleep(ctx, a.w.Poll); err != nil { // it was told to end before this process began
			return err
		}
	}
	remover, ok := h.(Remover)
	if !ok {
		return nil
	}
	rec.Ending = rec.ID
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

func (a deploy) remove(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed, live provider.Deployment, was engine.Was) (release.StepDone, error) {
	remover, ok := h.(Remover)
	if !ok {
		return release.StepDone{
			Text: "nothing was live before",
			Kept: fmt.Sprintf("%s stays at %s: it is the first one, and there is nothing to go back to", in.Name, in.To),
		}, nil
	}
	removed := release.StepDone{Text: "removed, nothing was live before"}
	ending, _, _ := undone(was)
	if ending[live.ID] && a.vanishes(ctx, h, live.ID, a.w.patience()) == nil { // the removal that was begun before
		return removed, nil
	}
	rec.Ending = live.ID
	if err := t.Intent("remove deployment "+live.ID, rec); err != nil {
		return release.StepDone{}, err
	}
	if err := remover.Remove(ctx, live.ID); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	if err := a.vanishes(ctx, h, live.ID, time.Minute); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	return removed, nil
}

// vanishes waits until the deployment does not serve any more.
func (a deploy) vanishes(ctx context.Context, h Host, id string, within time.Duration) error {
	for began := time.Now(); ; {
		now, err := h.Live(ctx)
		if err == nil && now.ID != id {
			return nil
		}
		if time.Since(began) > within {
			return fmt.Errorf("%s still serves %s after it was removed", id, release.Took(within.Milliseconds()))
		}
		if err := sleep(ctx, a.w.Poll); err != nil {
			return err
		}
	}
}

// restore goes back to what served before.
func (a deploy) restore(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed) (release.StepDone, error) {
	way := a.wayBack(t, h, rec)
	d, err := way.walk(ctx)
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	return a.returned(ctx, h, in, rec, d)
}

// goesOn waits for the way back that another process had begun before it was cut off. It comes before anything else: on
// its way it is neither what served before nor ours, and looks like a stranger's. ok is false where there is none.
func (a deploy) goesOn(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed, was engine.Was) (done release.StepDone, ok bool, err error) {
	_, back, begun := undone(was)
	if !begun {
		return done, false, nil
	}
	way := a.wayBack(t, h, rec)
	d, ok, err := way.takeUp(ctx, back)
	switch {
	case err != nil:
		return done, true, notPutBack(in, rec, err)
	case !ok:
		return done, false, nil
	}
	done, err = a.returned(ctx, h, in, rec, d)
	return done, true, err
}

func (a deploy) wayBack(t *engine.Task, h Host, rec deployed) *wayBack {
	return &wayBack{w: a.w, t: t, h: h, to: rec.Before, intend: func(text string, back returning) error {
		rec.Back = &back
		return t.Intent(text, rec)
	}}
}

// returned is the result of a way back that has come to its end.
func (a deploy) returned(ctx context.Context, h Host, in plan.DeployInputs, rec deployed, d provider.Deployment) (release.StepDone, error) {
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
