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
	text := "1 service serves what was released"
	if n := len(in.Services); n > 1 {
		text = fmt.Sprintf("%d services serve what was released", n)
	}
	return release.StepDone{Text: text}, nil
}

// serves wants a yes of the vendor. A no that is only a late read gets half a minute, and a vendor that is away as long
// as it does while a deployment is waited for: neither makes a good release a bad one.
func (a confirm) serves(ctx context.Context, s plan.Serving, want string) error {
	const lag, patience = 30 * time.Second, 2 * time.Minute
	as := plan.DeployInputs{Name: s.Name, To: s.To}
	h := a.w.Hosts[s.Name]
	for began := time.Now(); ; {
		live, err := h.Live(ctx)
		waited := time.Since(began)
		switch {
		case err == nil && live.ID == want && live.State == provider.Live:
			return nil
		case err == nil && live.State == provider.Live && heir(ctx, h, want) == live.ID:
			return nil
		case err == nil && live.ID == want && live.State.Over():
			f := a.w.failedDeploy(ctx, h, as, live)
			f.Title = s.Name + " was live, and does not serve any more"
			return f
		case err != nil && waited > patience:
			return cannotRead(as, err)
		case err == nil && waited > lag:
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
