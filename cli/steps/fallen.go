package steps

import (
	"context"
	"errors"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// fallen tells of a failed check what its vendors say by now of the services that it spoke to, where one no longer serves:
// "502" alone lets a person look in the wrong place.
func (a check) fallen(ctx context.Context, t *engine.Task, in plan.CheckInputs, err error) error {
	const patience = 5 * time.Second
	f, ok := errors.AsType[*release.Fault](err)
	if !ok || ctx.Err() != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, name := range plan.ServicesOf(in.Check) {
		h, id := a.w.Hosts[name], t.Outputs(name)["deployment"]
		if h == nil || id == "" {
			continue
		}
		d, err := h.Deployment(ctx, id)
		if err != nil || d.State == provider.Live || d.State == provider.Staged {
			continue
		}
		f.Detail += "; " + name + " went live, and does not serve any more: " + said(d)
		f.Evidence = append(f.Evidence, release.Evidence{Label: name + " now", Lines: []string{"deployment " + id, "status     " + d.Raw}})
		f.Evidence = append(f.Evidence, lastLines(ctx, h, id)...)
		if _, ok := h.(Logs); ok {
			f.Try = "readme-ops logs " + name + a.w.flag() + " --deployment " + id
		}
	}
	return f
}

func said(d provider.Deployment) string {
	if d.Why != "" {
		return d.Why
	}
	return d.Raw
}
