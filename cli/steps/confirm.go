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

// confirm asks every vendor at the end whether what was released still serves: a deployment that was good when it was
// checked may have crashed, or been replaced, since.
type confirm struct{ w *World }

func (a confirm) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	var in plan.ConfirmInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	for _, s := range in.Services {
		if err := a.serves(ctx, s, t.Outputs(s.By)["deployment"]); err != nil {
			return release.StepDone{}, err
		}
	}
	return release.StepDone{Text: fmt.Sprintf("%d services serve what was released", len(in.Services))}, nil
}

// serves wants a yes of the vendor. A no that is only a late read, or a vendor that is away, gets half a minute.
func (a confirm) serves(ctx context.Context, s plan.Serving, want string) error {
	const lag = 30 * time.Second
	as := plan.DeployInputs{Name: s.Name, To: s.To}
	h := a.w.Hosts[s.Name]
	for began := time.Now(); ; {
		live, err := h.Live(ctx)
		over := time.Since(began) > lag
		switch {
		case err == nil && live.ID == want && live.State == provider.Live:
			return nil
		case err == nil && live.State == provider.Live && heir(ctx, h, want) == live.ID:
			return nil
		case err == nil && live.ID == want && live.State.Over():
			return a.w.failedDeploy(ctx, h, as, live)
		case err != nil && over:
			return cannotRead(as, err)
		case err == nil && over:
			return &release.Fault{
				Title:    s.Name + " was released, but something else serves by now",
				Detail:   "somebody or something else deployed it while this release ran",
				Evidence: []release.Evidence{{Label: s.To, Lines: []string{"brought " + want, "serves  " + live.ID + " " + live.Raw}}},
				Try:      "readme-ops status" + a.w.flag(),
			}
		}
		if err := sleep(ctx, a.w.Poll); err != nil {
			return err
		}
	}
}

// Undo has nothing to put back.
func (confirm) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}
