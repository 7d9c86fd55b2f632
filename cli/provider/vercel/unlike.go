package vercel

import (
	"context"
	"strings"

	"readme/cli/provider"
)

// Unlike lists the project's settings that are not as the product needs them: what it is built with, from which folder of
// its repository, and whether it is served at all.
func (c *Client) Unlike(ctx context.Context) ([]provider.Setting, error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return nil, err
	}
	var out []provider.Setting
	add := func(name, want, has string) {
		if want != has {
			out = append(out, provider.Setting{Name: name, Want: want, Has: has})
		}
	}
	add("framework", framework, either(p.Framework, framework)) // none is what a deploy of ours says by itself
	if p.Link != nil && c.root != "" {
		add("root", c.root, strings.Trim(p.Root, "/"))
	}
	if p.Paused {
		add("paused", "no", "yes")
	}
	return out, nil
}
