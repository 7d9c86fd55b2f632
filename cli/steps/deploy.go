package steps

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// deploy brings one service: it checks that the world is as the plan saw it, puts its intent on record, sends, waits
// until the vendor's own record says that it serves, and verifies that it is ours that serves.
type deploy struct{ w *World }

// delivery is one deploy at work.
type delivery struct {
	deploy

	t     *engine.Task
	h     Host
	in    plan.DeployInputs
	order Order
	rec   deployed
	begun bool // an intent is on record
}

func (a deploy) delivery(t *engine.Task) (*delivery, error) {
	d := &delivery{deploy: a, t: t}
	if err := json.Unmarshal(t.Step.Inputs, &d.in); err != nil {
		return nil, err
	}
	d.h = a.w.Hosts[d.in.Name]
	d.order = Order{DeployInputs: d.in, Marker: provider.Marker{Release: t.Run, Commit: d.in.Commit, Tree: d.in.Tree}, Say: t.Say, Doing: t.Doing}
	if d.in.Archive != "" {
		d.order.Archive = filepath.Join(a.w.Archives, d.in.Archive+".tar.gz")
	}
	return d, nil
}

func (a deploy) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	d, err := a.delivery(t)
	if err != nil {
		return release.StepDone{}, err
	}
	done, err := d.bring(ctx)
	return done, d.stopped(ctx, err)
}

func (d *delivery) bring(ctx context.Context) (release.StepDone, error) {
	if err := d.begin(ctx); err != nil {
		return release.StepDone{}, err
	}
	if err := d.make(ctx); err != nil {
		return release.StepDone{}, err
	}
	if p, ok := d.h.(Preparer); ok {
		if err := p.Prepare(ctx, d.order); err != nil {
			return release.StepDone{}, refused(d.in, "its settings were refused", err)
		}
	}
	d.w.unsent.set(d.t.Step.ID, false)
	id, err := d.h.Deploy(ctx, d.order)
	if err != nil {
		d.w.unsent.set(d.t.Step.ID, ctx.Err() == nil) // else it was cut off, and nobody has looked
		return release.StepDone{}, refused(d.in, "the vendor did not take it", err)
	}
	if err := d.is(id, "wait for deployment "+id); err != nil {
		return release.StepDone{}, err
	}
	return d.watch(ctx)
}

// begin checks that the world is as the plan saw it, and puts on record that it is about to be changed.
func (d *delivery) begin(ctx context.Context) error {
	live, err := d.h.Live(ctx)
	if err != nil {
		return cannotRead(d.in, err)
	}
	d.rec = deployed{Before: live, Staged: d.in.Staged}
	was, again, err := recorded(d.t.Was.Intents)
	if err != nil {
		return err
	}
	if again {
		d.rec.Before = was.Before
	}
	ours := live.ID != "" && live.ID == d.t.Outputs(plan.VariablesStep(d.in.Name))[startedOutput] // of the variables that this run has written
	if now := "live=" + live.ID; now != d.t.Step.Precondition && !ours && (!again || !isBack(was, live)) {
		return d.w.overtaken(d.t.Step, now)
	}
	if err := d.w.whole(d.in); err != nil {
		return err
	}
	if d.rec.Had, err = past(ctx, d.h, d.order.Marker); err != nil {
		return cannotRead(d.in, err)
	}
	d.w.unsent.set(d.t.Step.ID, true)
	d.begun = true
	return d.t.Intent("deploy "+d.in.Name+" to "+d.in.To, d.rec)
}

// is puts the deployment's id on record.
func (d *delivery) is(id, text string) error {
	d.rec.ID, d.rec.Had = id, nil
	return d.t.Intent(text, d.rec)
}

// make brings what the plan says is missing at the vendor.
func (d *delivery) make(ctx context.Context) error {
	m, ok := d.h.(Maker)
	if !ok || len(d.in.Make)+len(d.in.Variables) == 0 {
		return nil
	}
	if err := d.w.Agreed(Brings(d.in)); err != nil {
		return err
	}
	n := New{Order: d.order, Variables: map[string]release.Secret{}, Plain: d.w.Plain}
	for _, name := range d.in.Variables {
		n.Variables[name] = d.w.Values[name]
	}
	making := append(slices.Clone(d.in.Make), d.in.Variables...)
	if err := d.t.Intent("make "+strings.Join(making, ", "), d.rec); err != nil {
		return err
	}
	if err := m.Make(ctx, n); err != nil {
		return refused(d.in, "what it needs there could not be made", err)
	}
	prints, key := map[string]string{}, d.w.writingKey(ctx)
	for name, value := range n.Variables {
		prints[name] = key.Of(name, value)
	}
	if said := d.w.note(ctx, d.in.Name, prints); said != "" && len(prints) > 0 {
		d.t.Say("", said)
	}
	for _, what := range d.in.Make {
		d.t.Say("", "made "+what)
	}
	return nil
}
