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

// value reads one variable, nil where Vercel keeps the value to itself. A listing holds the ciphertext of encrypted ones, so these
// are asked for one by one. One has come back empty though it was not (vercel/vercel #17641), so that is one that cannot be
// read, and not the value "".
func (c *Client) value(ctx context.Context, p wireProject, e wireEnv) (*string, error) {
	switch e.Type {
	case "plain":
		return &e.Value, nil
	case "encrypted":
		var one wireEnv
		err := c.send(ctx, provider.Call{
			Op: "read variable " + e.Key, Method: http.MethodGet, Path: "/v1/projects/" + url.PathEscape(p.ID) + "/env/" + url.PathEscape(e.ID),
		}, &one)
		if one.Value == "" || one.Decrypted != nil && !*one.Decrypted {
			return nil, err // kept from this token, or the ciphertext
		}
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
