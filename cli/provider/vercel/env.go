package vercel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"readme/cli/provider"
	"readme/cli/release"
)

const production = "production"

// Variables gives the project's variables for production by name. A value that Vercel does not give back (sensitive
// ones) is nil. Names that Vercel itself keeps (type system) are left out.
func (c *Client) Variables(ctx context.Context) (map[string]*string, error) {
	p, err := c.readProject(ctx)
	if err != nil {
		return nil, c.explain(err)
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

// Variable is one to be set for production.
type Variable struct {
	Name      string
	Value     release.Secret
	Sensitive bool // Vercel never gives it back
}

// SetVariables writes variables for production, one after the other, because Vercel refuses parallel writes. A name
// that exists keeps its kind and its other targets, which then get the new value too. Setting one twice does no harm.
// Vercel applies the change to new deployments only.
func (c *Client) SetVariables(ctx context.Context, vars []Variable) error {
	if len(vars) == 0 {
		return nil
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return c.explain(err)
	}
	there, err := c.envs(ctx, p)
	if err != nil {
		return err
	}
	for _, v := range vars {
		i := slices.IndexFunc(there, func(e wireEnv) bool { return e.Key == v.Name })
		if i < 0 {
			err = c.createEnv(ctx, p, v)
		} else {
			err = c.editEnv(ctx, p, there[i], v)
		}
		if err != nil {
			return hide(err, v.Value)
		}
	}
	return nil
}

func (c *Client) createEnv(ctx context.Context, p wireProject, v Variable) error {
	kind := "encrypted"
	if v.Sensitive {
		kind = "sensitive"
	}
	var a wireCreated
	// With upsert the call may be repeated: the second one meets the first one's variable.
	err := c.send(ctx, provider.Call{
		Op: "set variable " + v.Name, Method: http.MethodPost, Path: "/v10/projects/" + url.PathEscape(p.ID) + "/env", Repeat: true,
		Query: url.Values{"upsert": {"true"}},
		JSON:  wireEnv{Key: v.Name, Value: v.Value.Reveal(), Type: kind, Target: oneOrMany{production}},
	}, &a)
	if err != nil {
		return err
	}
	for _, f := range a.Failed {
		name := cmp.Or(f.Error.EnvVarKey, f.Error.Key, v.Name)
		return &provider.Error{Vendor: vendor, Op: "set variable " + name, Status: http.StatusCreated, Message: f.Error.Code + ": " + f.Error.Message}
	}
	return nil
}

func (c *Client) editEnv(ctx context.Context, p wireProject, e wireEnv, v Variable) error {
	if e.Configuration != "" {
		return fmt.Errorf("set variable %s: it belongs to a Vercel integration (%s), which would write over it", v.Name, e.Configuration)
	}
	return c.send(ctx, provider.Call{
		Op: "set variable " + v.Name, Method: http.MethodPatch, Repeat: true,
		Path: "/v9/projects/" + url.PathEscape(p.ID) + "/env/" + url.PathEscape(e.ID), JSON: wireEnv{Value: v.Value.Reveal()},
	}, nil)
}

// hide takes a value out of an error that Vercel may have repeated it in.
func hide(err error, value release.Secret) error {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok || value.Empty() {
		return err
	}
	e.Message, e.Body = masked(e.Message, value), nil
	return err
}
