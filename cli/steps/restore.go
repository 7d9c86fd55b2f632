package steps

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// Returner says at plan time why a host cannot go back to an earlier deployment of the service; "" if it can, as far as the
// vendor tells beforehand.
type Returner interface {
	Returnable(ctx context.Context, to provider.Deployment) (why string, err error)
}

// restore takes one service back to a deployment that has served before: the step of a rollback by hand.
type restore struct{ w *World }

func (a restore) inputs(t *engine.Task) (plan.RestoreInputs, plan.DeployInputs, Host, error) {
	var in plan.RestoreInputs
	err := json.Unmarshal(t.Step.Inputs, &in)
	return in, plan.DeployInputs{Name: in.Name, To: in.To}, a.w.Hosts[in.Name], err
}

func (a restore) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	in, as, h, err := a.inputs(t)
	if err != nil {
		return release.StepDone{}, err
	}
	r, ok := h.(Restorer)
	if !ok {
		return release.StepDone{}, fmt.Errorf("%s has no way back to an earlier deployment", in.To)
	}
	before, err := h.Live(ctx)
	if err != nil {
		return release.StepDone{}, cannotRead(as, err)
	}
	if now := "live=" + before.ID; now != t.Step.Precondition {
		return release.StepDone{}, a.w.overtaken(t.Step, now)
	}
	to := earlier(in.Was)
	m := provider.Marker{Release: t.Run, Commit: to.Marker.Commit, Tree: to.Marker.Tree}
	rec := deployed{Before: before}
	if rec.Had, err = past(ctx, h, m); err != nil {
		return release.StepDone{}, cannotRead(as, err)
	}
	if err := t.Intent("go back to "+to.ID, rec); err != nil {
		return release.StepDone{}, err
	}
	err = twice(ctx, t, func() (err error) {
		rec.ID, err = r.Restore(ctx, to, m)
		return err
	})
	if err != nil {
		return release.StepDone{}, notBack(in, before, err)
	}
	if err := t.Intent("wait for deployment "+rec.ID, rec); err != nil {
		return release.StepDone{}, err
	}
	return a.watch(ctx, t, in, h, rec)
}

// Reconcile waits for the way back that was begun before this process; one that did not arrive is gone again.
func (a restore) Reconcile(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	in, as, h, err := a.inputs(t)
	if err != nil {
		return release.StepDone{}, false, err
	}
	rec, begun, err := recorded(was.Intents)
	if err != nil || !begun {
		return release.StepDone{}, false, err
	}
	way := &wayBack{w: a.w, t: t, h: h, to: earlier(in.Was), intend: func(text string, r returning) error {
		rec.ID = r.ID
		return t.Intent(text, rec)
	}}
	d, arrived, err := way.takeUp(ctx, returning{Had: rec.Had, ID: rec.ID})
	if err != nil {
		return release.StepDone{}, false, cannotRead(as, err)
	}
	if !arrived {
		return release.StepDone{}, false, nil
	}
	rec.ID = d.ID
	if err := t.Intent("wait for deployment "+rec.ID, rec); err != nil {
		return release.StepDone{}, false, err
	}
	done, err := a.watch(ctx, t, in, h, rec)
	return done, err == nil, err
}

// watch follows the deployment that stands for the earlier one to its end, and holds the vendor to its word.
func (a restore) watch(ctx context.Context, t *engine.Task, in plan.RestoreInputs, h Host, rec deployed) (release.StepDone, error) {
	as := plan.DeployInputs{Name: in.Name, To: in.To}
	d, err := a.w.wait(ctx, t, h, rec.ID, func(provider.Deployment) {})
	if err != nil {
		return release.StepDone{}, cannotRead(as, err)
	}
	if d, err = a.w.onDomain(ctx, t, h, d, func(text string) error { return t.Intent(text, rec) }); err != nil {
		return release.StepDone{}, notBack(in, rec.Before, err)
	}
	if d.State != provider.Live {
		f := a.w.failedDeploy(ctx, h, as, d)
		f.Title = in.Name + " did not go back: " + f.Title
		return release.StepDone{}, f
	}
	if err := deploy(a).verify(ctx, h, as, &d); err != nil {
		return release.StepDone{}, err
	}
	rec.After = d
	record, err := json.Marshal(rec)
	text := "serves what " + in.Was.ID + " was"
	if d.ID == in.Was.ID {
		text = "serves " + d.ID + " again"
	}
	if said := remark(ctx, h); said != "" {
		text += "; " + said
	}
	return release.StepDone{
		Text: text, Record: record,
		Outputs: map[string]string{"url": d.URL, "commit": in.Was.Says(), "deployment": d.ID},
	}, err
}

// Undo leaves what a rollback has reached: to go forth again is a release.
func (restore) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{Text: "what it went back to stays", Kept: "what it went back to"}, nil
}

func notBack(in plan.RestoreInputs, before provider.Deployment, err error) error {
	return keep(err, func() *release.Fault {
		return &release.Fault{
			Title: in.Name + " could not go back", Detail: err.Error(),
			Evidence: append(evidenceOf(err), release.Evidence{Label: in.To, Lines: []string{
				"live before this: " + cmp.Or(before.ID, "nothing"), "wanted:           " + in.Was.ID,
			}}),
			Try: "readme-ops status", Cause: err,
		}
	})
}

// earlier is the deployment as a host takes it.
func earlier(e plan.Earlier) provider.Deployment {
	return provider.Deployment{
		ID: e.ID, Image: e.Image, Build: e.Build, Settings: e.Settings,
		Marker: provider.Marker{Release: e.Release, Commit: e.Commit, Tree: e.Tree},
	}
}

// asEarlier is the same as a plan keeps it.
func (d Former) earlier() plan.Earlier {
	return plan.Earlier{
		Reports: d.Reports,

		ID: d.ID, Release: d.Marker.Release, Commit: d.Marker.Commit, Tree: d.Marker.Tree, Image: d.Image, Build: d.Build, Settings: d.Settings,
	}
}
