package vercel

import (
	"context"
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// ListVariables gives the project's variables for production, sorted by name, each with the time when it was last written. Names that Vercel
// itself keeps (type system) are left out. A project that does not exist yet has none.
//
// Vercel gives no sensitive value back. An encrypted one has come back empty though it was not (vercel/vercel #17641), so that is one
// that cannot be read, and not the value "".
func (c *Client) ListVariables(ctx context.Context) ([]provider.Variable, error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return nil, err
	}
	envs, err := c.envs(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]provider.Variable, 0, len(envs))
	for _, e := range envs {
		value, err := c.value(ctx, p, e)
		if err != nil {
			return nil, err
		}
		v := provider.Variable{Name: e.Key, Sensitive: e.Type == "sensitive"}
		if e.UpdatedAt > 0 {
			v.Updated = time.UnixMilli(e.UpdatedAt)
		}
		if e.Configuration != "" {
			v.Owner = "a Vercel integration (" + e.Configuration + "), which would write over it"
		}
		if value != nil && (*value != "" || e.Type == "plain") {
			v.Value, v.Readable = release.NewSecret(*value), true
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b provider.Variable) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// WriteVariables is SetVariables, and has read back that all are there: Vercel was seen to store nothing and say success
// (vercel/vercel #16289). Of a sensitive one it reads back that it was written just now.
func (c *Client) WriteVariables(ctx context.Context, vars []provider.NewVariable) error {
	return provider.WriteVariables(ctx, provider.Keeper{
		Vendor: vendor, Service: c.project, Read: c.ListVariables, Write: c.SetVariables, Moves: true,
	}, vars)
}

// Outdated names the variables that were written after a deployment was made, sorted: it was built with others, and keeps
// them, also when it is promoted or brought back later.
func (c *Client) Outdated(ctx context.Context, live provider.Deployment) ([]string, error) {
	if live.ID == "" {
		return nil, nil
	}
	vars, err := c.ListVariables(ctx)
	var out []string
	for _, v := range vars {
		if v.Updated.After(live.Created) {
			out = append(out, v.Name)
		}
	}
	return out, err
}
