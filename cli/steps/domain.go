package steps

import (
	"context"

	"readme/cli/engine"
	"readme/cli/provider"
	"readme/cli/release"
)

// onDomain promotes a deployment that should be live and was built off the domain all the same, as Vercel does since a
// rollback. At a vendor without promotes, and for a deployment in any other state, it does nothing. intend puts on record that the domain is
// about to be moved, which may be many minutes after the step's first intent. Of a step that is only looked up it is not moved.
func (w *World) onDomain(ctx context.Context, t *engine.Task, h Host, d provider.Deployment, intend func(text string) error) (provider.Deployment, error) {
	p, ok := h.(Promoter)
	if !ok || d.State != provider.Staged {
		return d, nil
	}
	t.Say("", d.ID+" was kept off the domain: "+d.Why)
	if t.Looks {
		return d, &release.Fault{
			Title:  t.Step.ID + " was built, and is not on its domain",
			Detail: "deployment " + d.ID + " was kept off it, and nobody goes on with this release",
			Try:    "readme-ops status" + w.flag(),
		}
	}
	if err := intend("put " + d.ID + " on the domain"); err != nil {
		return d, err
	}
	if err := p.Promote(ctx, d.ID); err != nil {
		return d, err
	}
	return w.wait(ctx, t, h, d.ID, func(provider.Deployment) {})
}

// remark is what a vendor does differently from now on. Where it cannot be read, nobody is worse off than without it.
func remark(ctx context.Context, h Host) string {
	r, ok := h.(Remarker)
	if !ok {
		return ""
	}
	said, err := r.Remark(ctx)
	if err != nil {
		return ""
	}
	return said
}
