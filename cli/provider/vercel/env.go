package vercel

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"readme/cli/provider"
)

const production = "production"

// Variables gives the project's variables for production by name. A value that Vercel does not give back (sensitive
// ones) is nil. Names that Vercel itself keeps (type system) are left out. A project that does not exist yet has none.
func (c *Client) Variables(ctx context.Context) (map[string]*string, error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return map[string]*string{}, err
	}
	envs, err := c.envs(ctx, p)
	if err != nil {
		return nil, err
	}
	values := map[string]*string{}
	for _, e := range envs {
		v, err := c.value(ctx, p, e)
		if err != nil {
			return nil, err
		}
		values[e.Key] = v
	}
	return values, nil
}

// value reads one variable. A listing holds the ciphertext of encrypted ones, so these are asked for one by one.
func (c *Client) value(ctx context.Context, p wireProject, e wireEnv) (*string, error) {
	switch e.Type {
	case "plain":
		return &e.Value, nil
	case "encrypted":
		var one wireEnv
		err := c.send(ctx, provider.Call{
			Op: "read variable " + e.Key, Method: http.MethodGet, Path: "/v1/projects/" + url.PathEscape(p.ID) + "/env/" + url.PathEscape(e.ID),
		}, &one)
		return &one.Value, err
	}
	return nil, nil //nolint:nilnil // nil is the answer: it cannot be read
}

// envs lists what production gets: one entry a name.
func (c *Client) envs(ctx context.Context, p wireProject) ([]wireEnv, error) {
	var all []wireEnv
	q := url.Values{"limit": {"100"}}
	for {
		var a wireEnvs
		err := c.send(ctx, provider.Call{
			Op: "list the variables", Method: http.MethodGet, Path: "/v10/projects/" + url.PathEscape(p.ID) + "/env", Query: q,
		}, &a)
		if err != nil {
			return nil, err
		}
		for _, e := range a.Envs {
			if slices.Contains(e.Target, production) && e.GitBranch == "" && e.Type != "system" {
				all = append(all, e)
			}
		}
		next := strconv.FormatInt(a.Pagination.Next, 10)
		if a.Pagination.Next == 0 || next == q.Get("until") {
			return all, nil
		}
		q.Set("until", next)
	}
}
