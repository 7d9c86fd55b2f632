package steps

import (
	"context"
	"errors"

	"readme/cli/engine"
	"readme/cli/provider"
)

// wayBack is the way back of a service to an earlier deployment. It is gone once, also by a process that takes it up where
// another one was cut off: takeUp first, and walk only if that finds nothing.
type wayBack struct {
	w  *World
	t  *engine.Task
	h  Host
	to provider.Deployment

	intend func(text string, r returning) error
}

// walk goes back, and waits for the end of the deployment that stands for the earlier one.
func (b *wayBack) walk(ctx context.Context) (provider.Deployment, error) {
	r, ok := b.h.(Restorer)
	if !ok {
		return provider.Deployment{}, errors.New("its vendor has no way back to an earlier deployment")
	}
	had, err := past(ctx, b.h, b.marker())
	if err != nil {
		return provider.Deployment{}, err
	}
	if err := b.intend("go back to "+b.to.ID, returning{Had: had}); err != nil {
		return provider.Deployment{}, err
	}
	var id string
	err = twice(ctx, b.t, func() (err error) {
		id, err = r.Restore(ctx, b.to, b.marker())
		return err
	})
	if err != nil {
		return provider.Deployment{}, err
	}
	if err := b.intend("wait for deployment "+id, returning{Had: had, ID: id}); err != nil {
		return provider.Deployment{}, err
	}
	return b.arrive(ctx, returning{Had: had, ID: id})
}

func (b *wayBack) marker() provider.Marker {
	return provider.Marker{Release: b.t.Run, Commit: b.to.Marker.Commit, Tree: b.to.Marker.Tree}
}

// takeUp waits for the way back that another process has begun, and has come as far as has; ok is false where there is
// none, or where it did not arrive.
func (b *wayBack) takeUp(ctx context.Context, has returning) (d provider.Deployment, ok bool, err error) {
	id := has.ID
	if f, can := b.h.(Finder); can && id == "" {
		b.t.Doing("looking for the way back that was begun")
		id, err = b.w.seek(ctx, b.t, func(ctx context.Context) (string, error) {
			return f.FindBack(ctx, b.to, b.marker(), has.Had)
		})
	}
	if err != nil || id == "" {
		return d, false, err
	}
	b.t.Say("", "the way back had begun: "+id)
	recall(b.h, id, last(has.Had))
	has.ID = id
	if d, err = b.arrive(ctx, has); provider.NotFound(err) {
		return d, false, nil
	}
	return d, d.State == provider.Live, err
}

func (b *wayBack) arrive(ctx context.Context, at returning) (provider.Deployment, error) {
	d, err := b.w.wait(ctx, b.t, b.h, at.ID, func(provider.Deployment) {})
	if err != nil {
		return d, err
	}
	return b.w.onDomain(ctx, b.t, b.h, d, func(text string) error { return b.intend(text, at) })
}
