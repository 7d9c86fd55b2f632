package steps

import (
	"context"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/release"
)

// Reconcile asks the domain itself whether the deployment is on it, once no move to it is on its way any more.
func (a promote) Reconcile(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	no := release.StepDone{}
	in, h, p, err := a.host(t)
	if err != nil {
		return no, false, err
	}
	rec, begun, err := recorded(was.Intents)
	if err != nil || !begun {
		return no, false, err
	}
	as := plan.DeployInputs{Name: in.Name, To: in.To}
	live, err := h.Live(ctx)
	if q, ok := h.(Quieter); ok && err == nil && live.ID != rec.ID {
		if err = q.Quiet(ctx, rec.ID, a.w.patience()); err == nil {
			live, err = h.Live(ctx)
		}
	}
	if err != nil {
		return no, false, cannotRead(as, err)
	}
	if live.ID != rec.ID {
		return no, false, nil
	}
	done, err := a.promoted(ctx, t, h, p, rec)
	return done, err == nil, err
}
