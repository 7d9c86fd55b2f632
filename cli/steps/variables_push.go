package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"readme/cli/engine"
	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// variables writes what a service lacks at its vendor, or has otherwise than it is here. It starts no deployment, and is not put
// back: what was there before cannot be read everywhere, and nobody may guess it.
type variables struct{ w *World }

// written is what is on record of it, before the write: which variables, and the fingerprints of what they become.
type written struct {
	Fingerprints map[string]string `json:"fingerprints"` // by name; "" where the environment has no key
}

func (a variables) inputs(t *engine.Task) (in plan.VariablesInputs, h Host, err error) {
	err = json.Unmarshal(t.Step.Inputs, &in)
	return in, a.w.Hosts[in.Name], err
}

func (a variables) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	in, h, err := a.inputs(t)
	if err != nil {
		return release.StepDone{}, err
	}
	as := plan.DeployInputs{Name: in.Name, To: in.To}
	to, ok := setter(h)
	reader, reads := h.(Variables)
	if !ok || !reads {
		return release.StepDone{}, fmt.Errorf("%s takes no variables from readme-ops", in.To)
	}
	if err := a.w.Agreed(in); err != nil {
		return release.StepDone{}, err
	}
	have, err := reader.Variables(ctx)
	if err != nil {
		return release.StepDone{}, cannotRead(as, err)
	}
	if err := a.unmoved(t, in, have); err != nil {
		return release.StepDone{}, err
	}
	key := a.w.writingKey(ctx)
	if err := a.asBefore(t, in, key); err != nil {
		return release.StepDone{}, err
	}
	rec := written{Fingerprints: map[string]string{}}
	set, names := make([]provider.NewVariable, len(in.Set)), make([]string, len(in.Set))
	for i, c := range in.Set {
		value := a.w.Values[c.Name]
		set[i], names[i] = provider.NewVariable{Name: c.Name, Value: value, Sensitive: !a.w.Plain[c.Name]}, c.Name
		rec.Fingerprints[c.Name] = key.Of(c.Name, value)
	}
	if err := t.Intent("write "+strings.Join(names, ", ")+" of "+in.Name+" at "+in.To, rec); err != nil {
		return release.StepDone{}, err
	}
	t.Doing("writing")
	err = to.SetVariables(ctx, set)
	started, against := errors.AsType[*railway.StartedError](err) // they are written all the same
	still, doubted := errors.AsType[*provider.UnmovedError](err)
	if err != nil && !against && (!doubted || a.changed(t, in, still.Names)) {
		return release.StepDone{}, unwritten(in, names, err)
	}
	done := release.StepDone{Text: counted(len(names)) + " written and read back"}
	if against {
		done.Text += "; " + in.To + " has started deployment " + started.Deployment + " with them, which it was told not to"
		done.Outputs = map[string]string{startedOutput: started.Deployment}
	}
	if doubted { // whether they are what is here stays unknown
		done.Text += "; " + strings.Join(still.Names, ", ") + " can be read by nobody, and " + in.To + " does not say that it was written just now"
		for _, name := range still.Names {
			delete(rec.Fingerprints, name)
		}
	}
	if said := a.w.note(ctx, in.Name, rec.Fingerprints); said != "" {
		done.Text += "; " + said
	}
	done.Record, err = json.Marshal(rec)
	return done, err
}

// startedOutput names a deployment that a vendor has started with the variables against our word, of what was live.
const startedOutput = "started"

// Brings are the variables that a service is made with, as a step that writes them would have them.
func Brings(in plan.DeployInputs) plan.VariablesInputs {
	out := plan.VariablesInputs{To: in.To, Name: in.Name}
	for _, name := range in.Variables {
		out.Set = append(out.Set, plan.VariableChange{Name: name, Op: plan.OpAdd, Will: in.Fingerprints[name]})
	}
	return out
}

// Agreed refuses to write other values than those that were approved: a run may be taken up by a process that was given others.
func (w *World) Agreed(in plan.VariablesInputs) error {
	var wrong []string
	for _, c := range in.Set {
		value, given := w.Values[c.Name]
		switch {
		case !given || value.Empty():
			wrong = append(wrong, c.Name+" has no value here")
		case c.Will != "" && w.Fingerprints.Known() && w.Fingerprints.Of(c.Name, value) != c.Will:
			wrong = append(wrong, fmt.Sprintf("%s was approved as %s, and is %s here", c.Name, env.Short(c.Will), env.Short(w.Fingerprints.Of(c.Name, value))))
		}
	}
	return w.disagreed(in.Name, wrong)
}

func (w *World) disagreed(service string, wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return &release.Fault{
		Title:    "the variables of " + service + " are not here as they were approved",
		Detail:   "only the values that the plan was made with are written; nothing was changed",
		Evidence: []release.Evidence{{Label: "what differs", Lines: wrong}},
		Try:      "readme-ops plan" + w.flag(),
	}
}

// asBefore refuses to go on with other values than those that an earlier process of this very run was writing. A plan that was made before the
// environment had a key cannot tell, and what that process put on record can.
func (a variables) asBefore(t *engine.Task, in plan.VariablesInputs, key env.Key) error {
	var wrong []string
	for _, raw := range t.Was.Intents {
		var rec written
		if err := json.Unmarshal(raw, &rec); err != nil {
			return err
		}
		for _, c := range in.Set {
			was, is := rec.Fingerprints[c.Name], key.Of(c.Name, a.w.Values[c.Name])
			if was != "" && is != "" && was != is {
				wrong = append(wrong, fmt.Sprintf("%s was written as %s, and is %s here", c.Name, env.Short(was), env.Short(is)))
			}
		}
	}
	return a.w.disagreed(in.Name, wrong)
}

// changed reports whether one of these is known to have had another value, and by nobody else's write than one that comes now: its vendor
// cannot have had nothing to do.
func (a variables) changed(t *engine.Task, in plan.VariablesInputs, names []string) bool {
	return len(t.Was.Intents) == 0 && slices.ContainsFunc(in.Set, func(c plan.VariableChange) bool {
		return slices.Contains(names, c.Name) && c.Was != "" && c.Will != "" && c.Was != c.Will
	})
}

// unmoved refuses to write over what somebody else has written since the plan was made. What is already as it shall be is as good,
// and so is what an earlier process of this very run has written.
func (a variables) unmoved(t *engine.Task, in plan.VariablesInputs, have []provider.Variable) error {
	again := len(t.Was.Intents) > 0
	var moved []string
	for _, c := range in.Set {
		v, found := find(have, c.Name)
		seen, was := seenOf(v, found), a.w.fingerprint(v, found)
		same := seen == c.Seen && (c.Was == "" || was == "" || was == c.Was)
		ours := found && v.Readable && v.Value.Reveal() == a.w.Values[c.Name].Reveal()
		if !same && !ours && (!again || v.Readable) {
			moved = append(moved, fmt.Sprintf("%s: planned for %s, found %s", c.Name, told(c.Seen, c.Was), told(seen, was)))
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return &release.Fault{
		Title:    "variables of " + in.Name + " were changed at " + in.To + " after the plan was made",
		Detail:   "somebody else has written them; they were left alone",
		Evidence: []release.Evidence{{Label: "what differs", Lines: moved}},
		Try:      "readme-ops env diff" + a.w.flag(),
	}
}

// Undo leaves them, and names them: nobody can say what an unreadable one was before.
func (a variables) Undo(_ context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	in, _, err := a.inputs(t)
	if err != nil {
		return release.StepDone{}, err
	}
	if len(was.Intents) == 0 {
		return release.StepDone{Text: "nothing was written"}, nil
	}
	names := make([]string, len(in.Set))
	for i, c := range in.Set {
		names[i] = c.Name
	}
	kept := strings.Join(names, ", ") + " of " + in.Name + " as written at " + in.To
	if was.Record == nil {
		kept = strings.Join(names, ", ") + " of " + in.Name + " at " + in.To + ", as far as they were written"
	}
	return release.StepDone{Text: "what was written stays", Kept: kept}, nil
}

func unwritten(in plan.VariablesInputs, names []string, err error) error {
	title, try := "variables of "+in.Name+" could not be written at "+in.To, "readme-ops doctor"
	if _, ok := errors.AsType[*provider.NotKeptError](err); ok {
		title, try = "variables of "+in.Name+" are not at "+in.To+" as they were written", "readme-ops env diff"
	}
	return keep(err, func() *release.Fault {
		return &release.Fault{
			Title: title, Detail: err.Error(),
			Evidence: append(evidenceOf(err), release.Evidence{Label: "to be written", Lines: names}),
			Try:      try, Cause: err,
		}
	})
}

func counted(n int) string {
	if n == 1 {
		return "1 variable"
	}
	return fmt.Sprintf("%d variables", n)
}
