package railway

import (
	"context"
	"time"

	"readme/cli/provider"
)

// Outdated names the variables that a deployment runs without, or with another value than the next one would get, sorted.
// Of one whose value cannot be seen (sealed) it is known only if it was written after the deployment was made. Nil where the
// token may not look at what a deployment went out with.
func (c *Client) Outdated(ctx context.Context, service string, live provider.Deployment) ([]string, error) {
	if live.ID == "" {
		return nil, nil
	}
	went, err := c.wentOutWith(ctx, live.ID)
	if err != nil || len(went) == 0 {
		return nil, err
	}
	id, _, err := c.lookup(ctx, service)
	if err != nil || id == "" {
		return nil, err
	}
	now, err := c.ListVariables(ctx, service)
	if err != nil {
		return nil, err
	}
	written, err := c.unrendered(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, v := range now {
		if owner(v.Name) == "" && outdated(v, went, text(written[v.Name]), live.Created) {
			out = append(out, v.Name)
		}
	}
	return out, nil
}

// outdated: whether a deployment's record has references resolved is not documented, so either is taken for the same.
func outdated(v provider.Variable, went map[string]*string, written string, made time.Time) bool {
	was, had := went[v.Name]
	switch {
	case !v.Readable, had && was == nil:
		return v.Updated.After(made)
	case !had:
		return true
	}
	return *was != v.Value.Reveal() && *was != written
}
