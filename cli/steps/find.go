package steps

import (
	"cmp"
	"context"
	"time"

	"readme/cli/engine"
	"readme/cli/provider"
)

// Finder finds again what was begun at a vendor by a process that was cut off before it had the id on record.
type Finder interface {
	// Past lists the ids of the deployments that exist, as far as Find or FindBack could take one of them for what is
	// about to be begun with this marker.
	Past(ctx context.Context, m provider.Marker) ([]string, error)
	// Find gives the deployment that this order has made, which is none of had; "" for none.
	Find(ctx context.Context, o Order, had []string) (string, error)
	// FindBack gives the way back to an earlier deployment, which is none of had, and is on its way or has arrived; "" for
	// none.
	FindBack(ctx context.Context, to provider.Deployment, m provider.Marker, had []string) (string, error)
}

// Recaller takes the word of an earlier process for an id that the vendor has given it, in place of another deployment: a
// read that does not know it yet is only late.
type Recaller interface {
	Recall(id, before string)
}

func recall(h Host, id, before string) {
	if r, ok := h.(Recaller); ok && id != "" {
		r.Recall(id, before)
	}
}

// past is what exists before something is begun; nothing where the vendor cannot find things again.
func past(ctx context.Context, h Host, m provider.Marker) ([]string, error) {
	f, ok := h.(Finder)
	if !ok {
		return nil, nil
	}
	return f.Past(ctx, m)
}

func (w *World) patience() time.Duration { return cmp.Or(w.Patience, 30*time.Second) }

// seek looks until something is found, or until there was no trace of it for as long as a vendor's lists may lag: then it
// is "". A vendor that is away is asked again for a while.
func (w *World) seek(ctx context.Context, t *engine.Task, find func(context.Context) (string, error)) (string, error) {
	const often = 2 * time.Second
	var empty, failing time.Time // since when
	pause := often
	if w.Poll > 0 {
		pause = min(w.Poll, often)
	}
	for {
		id, err := find(ctx)
		switch {
		case ctx.Err() != nil:
			return "", context.Cause(ctx)
		case err == nil && id != "":
			return id, nil
		case err == nil:
			failing = time.Time{}
			if empty.IsZero() {
				empty = time.Now()
			}
			if time.Since(empty) >= w.patience() {
				return "", nil
			}
		case provider.StatusOf(err) == 401 || provider.StatusOf(err) == 403:
			return "", err
		case failing.IsZero():
			failing = time.Now()
			t.Say("", "cannot look for what was begun, asking again: "+err.Error())
		case time.Since(failing) > outage:
			return "", err
		}
		if err := sleep(ctx, pause); err != nil {
			return "", err
		}
	}
}
