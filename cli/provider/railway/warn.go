package railway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"readme/cli/provider"
)

// Warnings says what would get in the way of a release of the service, one line each, ending with how to turn it off.
// What the token may not look at is not warned of. Staged changes are the environment's: the line is the same for
// every service.
func (c *Client) Warnings(ctx context.Context, service string) ([]string, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil || id == "" {
		return nil, err
	}
	t, err := c.Target(ctx)
	if err != nil {
		return nil, err
	}
	in, err := c.instance(ctx, service)
	if err != nil {
		return nil, err
	}
	var out []string
	if on, known, err := c.autoDeploys(ctx, id); err != nil {
		return nil, err
	} else if known && on && in.repo() != "" {
		out = append(out, fmt.Sprintf(
			"Railway deploys %s by itself on every push, beside the release; turn automatic deploys off in the service's settings, under Source%s",
			service, at(c.settingsPage(t, id))))
	}
	n, _, err := c.staged(ctx)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		out = append(out, fmt.Sprintf(
			"Railway has %d staged changes in %s that a release does not apply; deploy or discard them%s", n, t.Environment, at(c.projectPage(t))))
	}
	file, err := c.configFile(ctx, service, in)
	if err != nil {
		return nil, err
	}
	if file != "" {
		out = append(out, fmt.Sprintf(
			"%s is run with %s, which Railway ignores from 2026-12-01 on; move what it says to release.yaml and the service's settings, and delete it", service, file))
	}
	return out, nil
}

// autoDeploys reports whether Railway deploys the service on a push; known is false where the token may not look.
func (c *Client) autoDeploys(ctx context.Context, serviceID string) (on, known bool, err error) {
	var a struct {
		Status struct {
			Enabled bool `json:"enabled"`
		} `json:"serviceInstanceAutoDeployStatus"`
	}
	r := request{op: "read whether Railway deploys on a push", document: autoDeployQuery, vars: map[string]any{"serviceId": serviceID}}
	err = c.in(ctx, r, &a)
	return a.Status.Enabled, err == nil, optional(err)
}

// optional lets a look-up fail that a release can do without: the token may not, or Railway does not answer it. The end
// of the context is passed on.
func optional(err error) error {
	if _, ok := errors.AsType[*provider.Error](err); ok {
		return nil
	}
	return err
}

// staged counts the changes that somebody has made in the dashboard, and not deployed; known is false where Railway does
// not tell.
func (c *Client) staged(ctx context.Context) (n int, known bool, err error) {
	var a struct {
		Environment struct {
			Changes *int `json:"unmergedChangesCount"`
		} `json:"environment"`
	}
	err = c.in(ctx, request{op: "read the staged changes", document: stagedQuery}, &a)
	if err != nil || a.Environment.Changes == nil {
		return 0, false, optional(err)
	}
	return *a.Environment.Changes, true, nil
}

// configFile is the railway.json or railway.toml that the newest deployment was made with, "" if none. It beats the
// settings, for that deployment.
func (c *Client) configFile(ctx context.Context, service string, in wireInstance) (string, error) {
	if in.RailwayConfigFile != "" {
		return in.RailwayConfigFile, nil
	}
	list, err := c.list(ctx, service)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].configFile(), nil
}

func (d wireDeployment) configFile() string {
	var said struct{ Build, Deploy map[string]json.RawMessage }
	if raw, ok := d.Meta["fileServiceManifest"]; ok && json.Unmarshal(raw, &said) == nil && len(said.Build)+len(said.Deploy) == 0 {
		return "" // it was looked for, and there was none
	} else if ok {
		return cmp.Or(d.meta("configFile"), "a railway.json or railway.toml")
	}
	return d.meta("configFile")
}
