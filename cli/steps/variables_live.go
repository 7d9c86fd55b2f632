package steps

import (
	"context"
	"slices"
	"sync"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// ReadVariables holds the variables of all services at their vendors against the matrix, the values of here and what was pushed last, all vendors at
// once. What could not be read is in the release.Faults, beside the rows of the rest. It changes nothing.
func (w *World) ReadVariables(ctx context.Context, q Question) ([]env.Row, error) {
	kept, errs := make([]env.Kept, len(q.Release.Deploy)), make([]error, len(q.Release.Deploy))
	var wg sync.WaitGroup
	for i, d := range q.Release.Deploy {
		if q.Without[d.Name] != "" {
			continue
		}
		wg.Go(func() { kept[i], errs[i] = w.readKept(ctx, q, d) })
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
	rows := env.Compare(w.comparison(q, kept...))
	if len(unread) > 0 {
		return rows, unread
	}
	return rows, nil
}

// comparison is what this world knows, for env.Compare.
func (w *World) comparison(q Question, kept ...env.Kept) env.Comparison {
	return env.Comparison{
		Environment: q.Env.Name, Services: kept, Values: w.Values, Key: w.Fingerprints, Pushed: w.Pushed, Unrecorded: w.Unrecorded,
	}
}

// readKept asks the vendor of one service, also whether there is one.
func (w *World) readKept(ctx context.Context, q Question, d spec.Deploy) (env.Kept, error) {
	h, as := w.Hosts[d.Name], plan.DeployInputs{Name: d.Name, To: d.To}
	absent := false
	if m, ok := h.(Maker); ok {
		missing, err := m.Missing(ctx)
		if err != nil {
			return env.Kept{}, cannotRead(as, err)
		}
		absent = slices.ContainsFunc(missing, holds)
	}
	var live provider.Deployment
	if _, ok := h.(Outdated); ok && !absent {
		var err error
		if live, err = h.Live(ctx); err != nil {
			return env.Kept{}, cannotRead(as, err)
		}
	}
	k, err := w.keptOf(ctx, q, d, h, live)
	k.Absent = absent
	return k, err
}

// keptOf is the same with a deployment that is known to be live already.
func (w *World) keptOf(ctx context.Context, q Question, d spec.Deploy, h Host, live provider.Deployment) (env.Kept, error) {
	k := env.Kept{
		Service: d.Name, To: d.To, Wanted: variablesOf(q.Matrix, d.Name),
		Own: func(name string) bool { return vendors(d.To, name) },
	}
	v, ok := h.(Variables)
	if !ok {
		k.Wanted = nil // nobody can say anything about them
		return k, nil
	}
	as := plan.DeployInputs{Name: d.Name, To: d.To}
	var err error
	if k.Has, err = v.Variables(ctx); err != nil {
		return env.Kept{}, cannotRead(as, err) // what could not be read is not missing
	}
	if o, ok := h.(Outdated); ok && live.ID != "" {
		if k.Stale, err = o.Outdated(ctx, live); err != nil {
			return env.Kept{}, cannotRead(as, err)
		}
		k.Stale = append(slices.Clone(k.Stale), w.pushedSince(d.Name, k, live)...)
	}
	return k, nil
}

// pushedSince names what we have pushed after the live deployment was made, of that of which the vendor tells neither a value nor when it was
// written: whoever pushed it may have been another process.
func (w *World) pushedSince(service string, k env.Kept, live provider.Deployment) (names []string) {
	for _, p := range w.Pushed {
		v, found := find(k.Has, p.Variable)
		if p.Service != service || !found || v.Readable || !v.Updated.IsZero() || live.Created.IsZero() || slices.Contains(k.Stale, p.Variable) {
			continue
		}
		if p.At.After(live.Created) {
			names = append(names, p.Variable)
		}
	}
	return names
}
