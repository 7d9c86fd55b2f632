package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

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
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range in.Services {
		g.Go(func() error { return a.serves(ctx, s, t.Outputs(s.By)["deployment"]) })
	}
	if err := g.Wait(); err != nil {
		return release.StepDone{}, err
	}
	text := "1 service serves what was released"
	if n := len(in.Services); n > 1 {
		text = fmt.Sprintf("%d services serve what was released", n)
	}
	return release.StepDone{Text: text}, nil
}

// serves wants a yes of the vendor for as long as a session is watched: a process that crashes and is started again, over
// and over, serves whenever one looks once. A no that is only a late read gets half a minute, and a vendor that is away
// as long as it does while a deployment is waited for: neither makes a good release a bad one.
func (a confirm) serves(ctx context.Context, s plan.Serving, want string) error {
	const lag, patience, often = 30 * time.Second, 2 * time.Minute, 2 * time.Second
	as := plan.DeployInputs{Name: s.Name, To: s.To}
	h := a.w.Hosts[s.Name]
	var since time.Time // when it was first seen to serve, without a no since
	for began := time.Now(); ; {
		live, err := h.Live(ctx)
		ours := err == nil && (live.ID == want || live.State == provider.Live && heir(ctx, h, want) == live.ID)
		waited := time.Since(began)
		switch {
		case ours && live.State == provider.Live:
			if since.IsZero() {
				since = time.Now()
			}
			if time.Since(since) >= a.w.Settle {
				return nil
			}
		case ours && live.State.Over():
			f := a.w.failedDeploy(ctx, h, as, live)
			f.Title = s.Name + " was live, and does not serve any more"
			return f
		case err != nil && waited > patience:
			return cannotRead(as, err)
		case ours && waited > lag:
			return unsteady(as, live)
		case err == nil && waited > lag:
			return replaced(a.w, s, want, live)
		case err == nil:
			since = time.Time{}
		}
		if err := sleep(ctx, min(a.w.Poll, often)); err != nil {
			return err
		}
	}
}

func replaced(w *World, s plan.Serving, want string, live provider.Deployment) error {
	return &release.Fault{
		Title:    s.Name + " was released, but something else serves by now",
		Detail:   "somebody or something else deployed it while this release ran",
		Evidence: []release.Evidence{{Label: s.To, Lines: []string{"brought " + want, "serves  " + live.ID + " " + live.Raw}}},
		Try:      "readme-ops status" + w.flag(),
	}
}

func unsteady(in plan.DeployInputs, live provider.Deployment) error {
	return &release.Fault{
		Title:    in.Name + " does not stay up",
		Detail:   "its process has crashed since it went live, and is started again and again",
		Evidence: []release.Evidence{{Label: in.To, Lines: []string{"deployment " + live.ID, "status     " + live.Raw}}},
		Try:      "readme-ops logs " + in.Name + " --deployment " + live.ID,
	}
}

// Undo has nothing to put back.
func (confirm) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}
