package steps

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// promote puts a staged deployment on its domain after the smoke checks.
type promote struct{ w *World }

func (a promote) host(t *engine.Task) (plan.PromoteInputs, Host, Promoter, error) {
	var in plan.PromoteInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return in, nil, nil, err
	}
	h := a.w.Hosts[in.Name]
	p, ok := h.(Promoter)
	if !ok {
		return in, nil, nil, fmt.Errorf("%s cannot promote", in.To)
	}
	return in, h, p, nil
}

func (a promote) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	in, h, p, err := a.host(t)
	if err != nil {
		return release.StepDone{}, err
	}
	asDeploy := plan.DeployInputs{Name: in.Name, To: in.To}
	before, err := h.Live(ctx)
	if err != nil {
		return release.StepDone{}, cannotRead(asDeploy, err)
	}
	id, commit := t.Outputs(in.Name)["deployment"], t.Outputs(in.Name)["commit"]
	if now := "live=" + before.ID; now != t.Step.Precondition {
		if !ownDeploy(before, commit) {
			return release.StepDone{}, a.w.overtaken(t.Step, now)
		}
		t.Say("", before.ID+" is on the domain: the vendor has deployed the same commit by itself")
		if before, err = planned(ctx, h, t.Step); err != nil {
			return release.StepDone{}, cannotRead(asDeploy, err)
		}
	}
	rec := deployed{Before: before, ID: id}
	if err := t.Intent("promote "+id, rec); err != nil {
		return release.StepDone{}, err
	}
	if err := put(ctx, t, p, id); err != nil {
		return release.StepDone{}, refused(asDeploy, "it was not promoted", err)
	}
	return a.promoted(ctx, t, h, p, rec)
}

// promoted is the step's result once the domain serves the deployment, which it verifies.
func (a promote) promoted(ctx context.Context, t *engine.Task, h Host, p Promoter, rec deployed) (release.StepDone, error) {
	in, _, _, err := a.host(t)
	if err != nil {
		return release.StepDone{}, err
	}
	asDeploy, d := plan.DeployInputs{Name: in.Name, To: in.To}, provider.Deployment{ID: rec.ID}
	if err := deploy(a).verify(ctx, h, asDeploy, &d); err != nil {
		return release.StepDone{}, err
	}
	url, err := p.Domain(ctx)
	if err != nil {
		return release.StepDone{}, cannotRead(asDeploy, err)
	}
	text := "on " + url
	if said := remark(ctx, h); said != "" {
		text += "; " + said
	}
	record, err := json.Marshal(rec)
	return release.StepDone{
		Text: text, Record: record,
		Outputs: map[string]string{"url": url, "deployment": rec.ID, "commit": t.Outputs(in.Name)["commit"]},
	}, err
}

// put promotes, and once more where the vendor has turned it down for the moment or let it lie: the same promote twice
// does no harm.
func put(ctx context.Context, t *engine.Task, p Promoter, id string) error {
	return twice(ctx, t, func() error { return p.Promote(ctx, id) })
}

// twice tries what may be done twice once more, unless a second time would say the same.
func twice(ctx context.Context, t *engine.Task, try func() error) error {
	const wait = 10 * time.Second
	err := try()
	if _, final := errors.AsType[*release.Fault](err); err == nil || final || ctx.Err() != nil {
		return err
	}
	switch provider.StatusOf(err) {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound:
		return err
	}
	t.Retried(1, wait, err.Error())
	if err := sleep(ctx, wait); err != nil {
		return err
	}
	return try()
}

// ownDeploy reports whether the vendor itself has deployed this commit, as it does on a push.
func ownDeploy(d provider.Deployment, commit string) bool {
	return d.Marker.Release == "" && d.Marker.Tree == "" && commit != "" && strings.EqualFold(d.Marker.Commit, commit)
}

// planned is the deployment that was live when the plan was made.
func planned(ctx context.Context, h Host, s release.Step) (provider.Deployment, error) {
	id := strings.TrimPrefix(s.Precondition, "live=")
	if id == "" {
		return provider.Deployment{}, nil
	}
	return h.Deployment(ctx, id)
}

// Undo goes back to the deployment that was on the domain before. The first one is taken away again.
func (a promote) Undo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	in, h, _, err := a.host(t)
	if err != nil {
		return release.StepDone{}, err
	}
	return a.w.outlast(ctx, t, h, func() (release.StepDone, error) { return a.undo(ctx, t, in, h, was) })
}

func (a promote) undo(ctx context.Context, t *engine.Task, in plan.PromoteInputs, h Host, was engine.Was) (release.StepDone, error) {
	rec, ok, err := recorded(was.Intents)
	if err != nil || !ok {
		return release.StepDone{}, cmp.Or(err, errors.New("there is no record of what was live before"))
	}
	asDeploy, d := plan.DeployInputs{Name: in.Name, To: in.To}, deploy(a)
	if q, ok := h.(Quieter); ok {
		if err := q.Quiet(ctx, rec.ID, a.w.patience()); err != nil {
			return release.StepDone{}, notPutBack(asDeploy, rec, err)
		}
	}
	if done, ok, err := d.goesOn(ctx, t, h, asDeploy, rec, was); ok {
		return done, err
	}
	live, err := h.Live(ctx)
	if err != nil {
		return release.StepDone{}, notPutBack(asDeploy, rec, err)
	}
	switch {
	case live.ID == rec.Before.ID:
		return release.StepDone{Text: "the domain serves what it served before", Kept: remark(ctx, h)}, nil
	case strangers(rec, live, t.Run, plan.DeployInputs{Commit: t.Outputs(in.Name)["commit"]}):
		return release.StepDone{}, notPutBack(asDeploy, rec, errStrangers(live))
	case rec.Before.ID == "":
		return d.remove(ctx, t, h, asDeploy, rec, live, was)
	}
	return d.restore(ctx, t, h, asDeploy, rec)
}
