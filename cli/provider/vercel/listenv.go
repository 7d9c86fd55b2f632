package vercel

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// readAtOnce is how many variables are asked for at the same time.
const readAtOnce = 4

// ListVariables gives the project's variables for production, sorted by name, each with the time when it was last written.
// Names that Vercel itself keeps (type system) are left out. A project that does not exist yet has none.
func (c *Client) ListVariables(ctx context.Context) ([]provider.Variable, error) {
	return c.kept(ctx, func(string) bool { return true })
}

// kept is ListVariables for the names that are wanted.
func (c *Client) kept(ctx context.Context, wanted func(name string) bool) ([]provider.Variable, error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return nil, err
	}
	envs, err := c.envs(ctx, p)
	if err != nil {
		return nil, err
	}
	envs = slices.DeleteFunc(envs, func(e wireEnv) bool { return !wanted(e.Key) })
	slices.SortFunc(envs, func(a, b wireEnv) int { return strings.Compare(a.Key, b.Key) })
	values, errs := make([]*string, len(envs)), make([]error, len(envs))
	var wg sync.WaitGroup
	free := make(chan struct{}, readAtOnce)
	for i, e := range envs {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			values[i], errs[i] = c.value(ctx, p, e)
		})
	}
	wg.Wait()
	out := make([]provider.Variable, len(envs))
	for i, e := range envs {
		if errs[i] != nil {
			return nil, errs[i]
		}
		out[i] = e.variable()
		if values[i] != nil {
			out[i].Value, out[i].Readable = release.NewSecret(*values[i]), true
		}
	}
	return out, nil
}

// variable is what Vercel tells of it besides its value.
func (e wireEnv) variable() provider.Variable {
	v := provider.Variable{Name: e.Key, Sensitive: e.Type == "sensitive"}
	if e.UpdatedAt > 0 {
		v.Updated = time.UnixMilli(e.UpdatedAt)
	}
	for _, t := range e.Target {
		if t != production {
			v.Also = append(v.Also, t)
		}
	}
	if e.Configuration != "" {
		v.Owner = "a Vercel integration (" + e.Configuration + "), which would write over it"
	}
	return v
}

// WriteVariables is SetVariables, and has read back that all are there: Vercel was seen to store nothing and say success
// (vercel/vercel #16289). Of a sensitive one it reads back that it was written just now.
func (c *Client) WriteVariables(ctx context.Context, vars []provider.NewVariable) error {
	ours := func(name string) bool {
		return slices.ContainsFunc(vars, func(v provider.NewVariable) bool { return v.Name == name })
	}
	return provider.WriteVariables(ctx, provider.Keeper{
		Vendor: vendor, Service: c.project, Write: c.SetVariables, Moves: true,
		Read: func(ctx context.Context) ([]provider.Variable, error) { return c.kept(ctx, ours) },
	}, vars)
}

// Outdated names the variables that were written after a deployment was made, sorted: it was built with others, and keeps
// them, also when it is promoted or brought back later.
func (c *Client) Outdated(ctx context.Context, live provider.Deployment) ([]string, error) {
	p, found, err := c.lookup(ctx)
	if live.ID == "" || err != nil || !found {
		return nil, err
	}
	envs, err := c.envs(ctx, p)
	var out []string
	for _, e := range envs {
		if e.variable().Updated.After(live.Created) {
			out = append(out, e.Key)
		}
	}
	slices.Sort(out)
	return out, err
}
