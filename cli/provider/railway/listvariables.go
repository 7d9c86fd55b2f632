package railway

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// CommitVariable tells a service which commit it is, where the platform does not know. A release writes it before an upload
// or an image, and nobody else does.
const CommitVariable = "RELEASE_COMMIT"

// ListVariables are what a deployment of the service would get, sorted by name, references resolved. A sealed one is there,
// and nobody can read it. Those that Railway provides, the one that a release writes itself, and what refers to other
// variables have an owner. Where the token may not look for such references, nobody can be sure. When one was written is told where the token may know. A service that does not exist yet has none.
func (c *Client) ListVariables(ctx context.Context, service string) ([]provider.Variable, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil || id == "" {
		return nil, err
	}
	list, err := c.values(ctx, service)
	if err != nil {
		return nil, err
	}
	written, err := c.unrendered(ctx, id)
	if err != nil {
		return nil, err
	}
	notes, err := c.notes(ctx, id)
	if err != nil {
		return nil, err
	}
	for i := range list {
		v := &list[i]
		n := notes[v.Name]
		v.Updated = n.Updated
		if to := references(written[v.Name], n); to != "" && v.Owner == "" {
			v.Owner = "whoever made it refer to " + to
		}
		if written == nil && notes == nil && v.Owner == "" {
			v.Unsure = "Railway does not tell this token whether its value refers to other variables"
		}
	}
	return list, nil
}

// values are the variables by name and value alone.
func (c *Client) values(ctx context.Context, service string) ([]provider.Variable, error) {
	values, err := c.Variables(ctx, service)
	if id, _, _ := c.lookup(ctx, service); id != "" && c.justMade(id) && provider.NotFound(err) {
		return nil, nil // not on record yet
	}
	if err != nil {
		return nil, err
	}
	out := make([]provider.Variable, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := provider.Variable{Name: name, Readable: values[name] != nil, Sensitive: values[name] == nil, Owner: owner(name)}
		if v.Readable {
			v.Value = release.NewSecret(*values[name])
		}
		out = append(out, v)
	}
	return out, nil
}

// owner is who writes a variable of that name, if it is not us.
func owner(name string) string {
	switch {
	case strings.HasPrefix(name, "RAILWAY_"):
		return "Railway itself"
	case name == CommitVariable:
		return "readme-ops, which tells the service its commit"
	}
	return ""
}

// WriteVariables writes these variables by one call, which starts no deployment, and reads them back. A sealed one stays
// sealed. If Railway starts a deployment nevertheless, the error is a *StartedError, and all is written and read back.
func (c *Client) WriteVariables(ctx context.Context, service string, vars []provider.NewVariable) error {
	return c.writeBy(ctx, service, vars, func(ctx context.Context) ([]provider.Variable, error) { return c.ListVariables(ctx, service) })
}

// WriteCommit tells the service its commit, in the CommitVariable, as WriteVariables does with others.
func (c *Client) WriteCommit(ctx context.Context, service, commit string) error {
	own := []provider.NewVariable{{Name: CommitVariable, Value: release.NewSecret(commit)}}
	return c.writeBy(ctx, service, own, func(ctx context.Context) ([]provider.Variable, error) {
		vars, err := c.values(ctx, service)
		for i := range vars {
			vars[i].Owner = ""
		}
		return vars, err
	})
}

func (c *Client) writeBy(ctx context.Context, service string, vars []provider.NewVariable, read func(context.Context) ([]provider.Variable, error)) error {
	var started error
	err := provider.WriteVariables(ctx, provider.Keeper{
		Vendor: vendor, Service: service, Read: read,
		Write: func(ctx context.Context, vars []provider.NewVariable) error {
			values := map[string]release.Secret{}
			for _, v := range vars {
				values[v.Name] = v.Value
			}
			err := c.SetVariables(ctx, service, values)
			if _, ok := errors.AsType[*StartedError](err); ok {
				started = err
				return nil
			}
			return err
		},
		Back: func(ctx context.Context) ([]provider.Variable, error) { return c.values(ctx, service) },
	}, vars)
	if err != nil {
		return err
	}
	return started
}
