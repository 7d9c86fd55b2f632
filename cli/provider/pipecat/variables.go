package pipecat

import (
	"context"
	"errors"

	"readme/cli/provider"
	"readme/cli/release"
)

// MadeBy is the key of a set that has nothing else to hold yet: the vendor takes no empty one. It is no variable.
const MadeBy = "MADE_BY"

// ListVariables gives the names in a secret set: no value ever comes back, nor when it was written. None of a set that does
// not exist yet, or of "".
func (c *Client) ListVariables(ctx context.Context, set string) ([]provider.Variable, error) {
	if set == "" {
		return nil, nil
	}
	s, found, err := c.Secrets(ctx, set)
	if err != nil || !found {
		return nil, err
	}
	var out []provider.Variable
	for _, k := range s.Keys {
		if k != MadeBy {
			out = append(out, provider.Variable{Name: k, Sensitive: true})
		}
	}
	return out, nil
}

// WriteVariables sets keys of a secret set by one call, and has waited until the set is provisioned and has them. Agents
// that run keep the old values until the next Deploy of this Client, or Restart.
func (c *Client) WriteVariables(ctx context.Context, set string, vars []provider.NewVariable) error {
	if len(vars) > 0 && set == "" {
		return errors.New("pipecat: write the variables of " + c.agent + ": its pcc-deploy.toml names no secret_set")
	}
	return provider.WriteVariables(ctx, provider.Keeper{
		Vendor: "pipecat", Service: c.agent,
		Read: func(ctx context.Context) ([]provider.Variable, error) { return c.ListVariables(ctx, set) },
		Write: func(ctx context.Context, vars []provider.NewVariable) error {
			values := map[string]release.Secret{}
			for _, v := range vars {
				values[v.Name] = v.Value
			}
			return c.PutSecrets(ctx, set, values)
		},
	}, vars)
}
