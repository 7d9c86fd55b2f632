package steps

import (
	"context"
	"encoding/json"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/release"
)

// ReconcileUndo waits for the way back that was begun and cut off, and does nothing else.
func (a deploy) ReconcileUndo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	var in plan.DeployInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, false, err
	}
	return a.reconcileUndo(ctx, t, a.w.Hosts[in.Name], in, was)
}

// ReconcileUndo waits for the move of the domain that was begun and cut off, and does nothing else.
func (a promote) ReconcileUndo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	in, h, _, err := a.host(t)
	if err != nil {
		return release.StepDone{}, false, err
	}
	return deploy(a).reconcileUndo(ctx, t, h, plan.DeployInputs{Name: in.Name, To: in.To}, was)
}

func (a deploy) reconcileUndo(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, was engine.Was) (release.StepDone, bool, error) {
	rec, known, err := recorded(was.Intents)
	if err != nil || !known {
		return release.StepDone{}, false, err
	}
	done, ok, err := a.goesOn(ctx, t, h, in, rec, was)
	return done, ok && err == nil, err
}
