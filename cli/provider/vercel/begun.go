package vercel

import (
	"context"
	"fmt"
	"net/url"

	"readme/cli/provider"
	"readme/cli/release"
)

// begun gives the deployment of a commit that Vercel's own Git integration has made, if it can stand for ours: built
// with the variables of now, and, where the domain shall wait for the checks, kept off the domain. It is "" for none,
// and a Fault while one is on its way to the domain that should wait.
func (c *Client) begun(ctx context.Context, p wireProject, sha string, staged bool) (string, error) {
	all, err := c.list(ctx, p, url.Values{"sha": {sha}, "target": {production}})
	if err != nil {
		return "", err
	}
	since := int64(-1)
	for _, w := range all {
		// Neither filter is taken on trust, and what bears our marker belongs to another release.
		if w.commit() != sha || w.Target != production || w.Meta[metaRelease] != "" || settledBadly(w) {
			continue
		}
		if since < 0 {
			if since, err = c.variablesChanged(ctx, p); err != nil {
				return "", err
			}
		}
		if w.created().UnixMilli() < since {
			continue
		}
		if w, err = c.read(ctx, w.id()); err != nil {
			return "", err
		}
		good, err := c.standsIn(ctx, p, w, staged)
		if err != nil {
			return "", err
		}
		if good {
			return w.id(), nil
		}
	}
	return "", nil
}

// settledBadly reports whether a record ended without anything that could serve.
func settledBadly(w wireDeployment) bool {
	switch w.state() {
	case "ERROR", "CANCELED", "DELETED", "BLOCKED":
		return true
	}
	return false
}

func (c *Client) standsIn(ctx context.Context, p wireProject, w wireDeployment, staged bool) (bool, error) {
	built := w.state() == "READY"
	held := w.AutoAssign != nil && !*w.AutoAssign
	switch {
	case settledBadly(w):
		return false, nil
	case built && w.ReadySubstate == "STAGED" && (held || !staged):
		return true, nil
	case !staged && !built:
		return true, nil
	case !staged:
		d, err := c.place(ctx, w, c.deployment(w))
		return err == nil && (d.State == provider.Live || d.State == provider.Building), err
	case built: // it has had the domain, or is about to
		return false, nil
	case held:
		return true, nil
	}
	return false, &release.Fault{
		Title: fmt.Sprintf("Vercel is bringing commit %.7s to the domain by itself, before any check", w.commit()),
		Detail: "its Git integration began when the commit was pushed, and this release would race with it. " +
			"Wait until it is done, or cancel it at Vercel. " + c.turnOff(p),
		Evidence: []release.Evidence{{Label: vendor, Lines: []string{"deployment " + w.id(), "status     " + w.state()}}},
		Try:      "readme-ops status",
	}
}

// variablesChanged is when a variable of production was last written, in ms: an older build holds older values.
func (c *Client) variablesChanged(ctx context.Context, p wireProject) (int64, error) {
	envs, err := c.envs(ctx, p)
	if err != nil {
		return 0, err
	}
	last := int64(0)
	for _, e := range envs {
		last = max(last, e.UpdatedAt)
	}
	return last, nil
}
