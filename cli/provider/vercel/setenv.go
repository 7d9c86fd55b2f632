package vercel

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// Variable is one to be set for production. Of a Sensitive one Vercel never gives the value back.
type Variable = provider.NewVariable

const (
	conflict   = "ENV_CONFLICT" // the name is there already, says Vercel, with targets that overlap
	writeTries = 5
	writeWait  = 2 * time.Second
)

// SetVariables writes variables for production: the new ones together, then those that exist one after the other,
// because Vercel refuses parallel writes. A name that exists keeps its kind and its other targets, which then get the
// new value too. Setting one twice does no harm. Vercel applies the change to new deployments only.
func (c *Client) SetVariables(ctx context.Context, vars []Variable) error {
	if len(vars) == 0 {
		return nil
	}
	for _, v := range vars {
		if v.Value.Reveal() == "[SENSITIVE]" {
			return fmt.Errorf("set variable %s: its value is the placeholder that Vercel's own tool writes for one that it cannot read", v.Name)
		}
	}
	select {
	case c.writing <- struct{}{}:
		defer func() { <-c.writing }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return c.explain(err)
	}
	there, err := c.envs(ctx, p)
	if err != nil {
		return err
	}
	has := func(v Variable) bool { return index(there, v.Name) >= 0 }
	again, err := c.createEnvs(ctx, p, slices.DeleteFunc(slices.Clone(vars), has))
	if err != nil {
		return err
	}
	if len(again) > 0 { // somebody was faster
		if there, err = c.envs(ctx, p); err != nil {
			return err
		}
	}
	for _, v := range vars {
		i := index(there, v.Name)
		switch {
		case i < 0 && again[v.Name] != nil:
			return fmt.Errorf("%w (not for production as we see it; mend it at %s)", again[v.Name], c.page(p, "settings/environment-variables"))
		case i < 0:
			continue
		}
		if err := c.editEnv(ctx, p, there[i], v); err != nil {
			return err
		}
	}
	return nil
}

func index(envs []wireEnv, name string) int {
	return slices.IndexFunc(envs, func(e wireEnv) bool { return e.Key == name })
}

// createEnvs makes new variables by one call. It gives those that exist all the same, with Vercel's words. A 201 can
// carry failures.
func (c *Client) createEnvs(ctx context.Context, p wireProject, vars []Variable) (exist map[string]error, err error) {
	if len(vars) == 0 {
		return nil, nil
	}
	var body []wireEnv
	var hidden []release.Secret
	for _, v := range vars {
		kind := "encrypted"
		if v.Sensitive {
			kind = "sensitive"
		}
		body = append(body, wireEnv{Key: v.Name, Value: v.Value.Reveal(), Type: kind, Target: oneOrMany{production}})
		hidden = append(hidden, v.Value)
	}
	var a wireCreated
	// With upsert the call may be repeated: the second one meets the first one's variables.
	err = c.write(ctx, provider.Call{
		Op: "set " + names(vars), Method: http.MethodPost, Path: "/v10/projects/" + url.PathEscape(p.ID) + "/env", Repeat: true,
		Query: url.Values{"upsert": {"true"}}, JSON: body, Hide: hidden,
	}, &a)
	exist = map[string]error{}
	if refusal(err).Code == conflict {
		for _, v := range vars {
			exist[v.Name] = hide(err, hidden)
		}
		return exist, nil
	}
	if err != nil {
		return nil, hide(err, hidden)
	}
	refused := func(op, why string) error {
		return hide(&provider.Error{Vendor: vendor, Op: op, Status: http.StatusCreated, Message: why}, hidden)
	}
	var failed []string
	for _, f := range a.Failed {
		name := cmp.Or(f.Error.EnvVarKey, f.Error.Key, "one of them")
		why := f.Error.Code + ": " + f.Error.Message
		if f.Error.Code == conflict {
			exist[name] = refused("set variable "+name, why)
			continue
		}
		failed = append(failed, name+": "+why)
	}
	if len(failed) > 0 {
		return nil, refused("set "+names(vars), "refused "+strings.Join(failed, "; "))
	}
	return exist, nil
}

func names(vars []Variable) string {
	if len(vars) == 1 {
		return "variable " + vars[0].Name
	}
	var all []string
	for _, v := range vars {
		all = append(all, v.Name)
	}
	return "variables " + strings.Join(all, ", ")
}

func (c *Client) editEnv(ctx context.Context, p wireProject, e wireEnv, v Variable) error {
	if e.Configuration != "" {
		return fmt.Errorf("set variable %s: it belongs to a Vercel integration (%s), which would write over it", v.Name, e.Configuration)
	}
	return hide(c.write(ctx, provider.Call{
		Op: "set variable " + v.Name, Method: http.MethodPatch, Repeat: true, Hide: []release.Secret{v.Value},
		Path: "/v9/projects/" + url.PathEscape(p.ID) + "/env/" + url.PathEscape(e.ID), JSON: wireEnv{Value: v.Value.Reveal()},
	}, nil), []release.Secret{v.Value})
}

// write sends a change of variables, and again while Vercel is busy with another one.
func (c *Client) write(ctx context.Context, call provider.Call, v any) error {
	for try := 1; ; try++ {
		err := c.send(ctx, call, v)
		if try == writeTries || !busy(err) {
			return err
		}
		if err := pause(ctx, writeWait); err != nil {
			return err
		}
	}
}

// busy reports whether Vercel refuses a change because of another one. It has said "an ongoing update" and "an ongoing env
// update".
func busy(err error) bool {
	if provider.StatusOf(err) != http.StatusBadRequest {
		return false
	}
	_, what, found := strings.Cut(strings.ToLower(err.Error()), "ongoing ")
	return found && strings.Contains(what, "update")
}
