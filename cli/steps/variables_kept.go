package steps

import (
	"context"
	"sync"

	"readme/cli/env"
	"readme/cli/provider"
	"readme/cli/release"
)

// Kept reads the variables of all services at their vendors, all at once, with the values of those that can be read. It changes
// nothing. What a vendor did not tell is a release.Faults, and then there are none.
func (w *World) Kept(ctx context.Context, q Question) ([]env.Kept, error) {
	kept, errs := make([]env.Kept, len(q.Release.Deploy)), make([]error, len(q.Release.Deploy))
	var wg sync.WaitGroup
	for i, d := range q.Release.Deploy {
		if q.Without[d.Name] == "" {
			wg.Go(func() { kept[i], errs[i] = w.keptOf(ctx, q, d, w.Hosts[d.Name], provider.Deployment{}) })
		}
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var unread release.Faults
	for _, err := range errs {
		if err != nil {
			unread = append(unread, provider.AsFault(err))
		}
	}
	if len(unread) > 0 {
		return nil, unread
	}
	return kept, nil
}
