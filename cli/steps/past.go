package steps

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// ErrNoPast is that there is no run to go back to.
var ErrNoPast = errors.New("there is nothing to go back to")

// ReadPast finds the run that a rollback goes back to, the one named to or else History.Back, and asks the vendors what
// serves now and whether they can go back. It changes nothing, and does without the database where that is away. Without a run it is ErrNoPast.
func ReadPast(ctx context.Context, w *World, q Question, h *History, to string) (plan.Past, error) {
	live, err := w.live(ctx, q)
	if err != nil {
		return plan.Past{}, err
	}
	run := h.Run(to)
	if to == "" {
		run = h.Back(live)
	}
	if run == nil {
		return plan.Past{}, ErrNoPast
	}
	past := plan.Past{Box: q.Box, Run: run.Run, Plan: run.Plan, Services: map[string]plan.Return{}}
	if err := w.since(ctx, q, h, run, &past); err != nil {
		return past, err
	}
	left := h.Left(run)
	var mu sync.Mutex
	err = together(q.Release.Deploy, func(name, host string) error {
		r, err := w.wayBack(ctx, q, h, plan.DeployInputs{Name: name, To: host}, left[name], live[name])
		mu.Lock()
		defer mu.Unlock()
		past.Services[name] = r
		return err
	})
	return past, err
}

// live asks every host at once what serves.
func (w *World) live(ctx context.Context, q Question) (map[string]provider.Deployment, error) {
	out := map[string]provider.Deployment{}
	var mu sync.Mutex
	err := together(q.Release.Deploy, func(name, host string) error {
		d, err := w.Hosts[name].Live(ctx)
		mu.Lock()
		defer mu.Unlock()
		out[name] = d
		if err != nil {
			return cannotRead(plan.DeployInputs{Name: name, To: host}, err)
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, err
}

func (w *World) wayBack(ctx context.Context, q Question, h *History, as plan.DeployInputs, was Former, live provider.Deployment) (plan.Return, error) {
	name := as.Name
	r := plan.Return{
		Was: was.earlier(), Live: asLive(live), Without: q.Without[name], Outputs: maps.Clone(q.Outputs[name]),
		Same: was.ID != "" && live.State == provider.Live && h.Same(was.Deployment, live),
	}
	if was.ID == "" || r.Same || r.Without != "" {
		return r, nil
	}
	if _, ok := w.Hosts[name].(Restorer); !ok {
		r.Stuck = "its host has no way back to an earlier deployment"
		return r, nil
	}
	v, ok := w.Hosts[name].(Returner)
	if !ok {
		return r, nil
	}
	var err error
	if r.Stuck, err = v.Returnable(ctx, was.Deployment); err != nil {
		return r, cannotRead(as, err)
	}
	return r, nil
}

// asLive is what serves, as the plan keeps it.
func asLive(d provider.Deployment) plan.Live {
	l := plan.Live{ID: d.ID, URL: d.URL, Commit: d.Marker.Commit, Tree: d.Marker.Tree, Image: d.Image, Build: d.Build}
	if d.ID != "" && d.State != provider.Live {
		l.Ill = d.Raw
	}
	return l
}

// together asks about every service at once, and gives all that went wrong.
func together(deploys []spec.Deploy, ask func(name, host string) error) error {
	var mu sync.Mutex
	var wrong release.Faults
	var wg sync.WaitGroup
	for _, d := range deploys {
		wg.Go(func() {
			if err := ask(d.Name, d.To); err != nil {
				mu.Lock()
				defer mu.Unlock()
				f := *provider.AsFault(err)
				f.Exit = cmp.Or(f.Exit, release.ExitStepFailed) // a vendor that refuses or is away is no bug of ours
				wrong = append(wrong, &f)
			}
		})
	}
	wg.Wait()
	if len(wrong) == 0 {
		return nil
	}
	slices.SortFunc(wrong, func(a, b *release.Fault) int { return strings.Compare(a.Title, b.Title) })
	return wrong
}
