package railway

import (
	"context"
	"errors"
	"fmt"

	"readme/cli/provider"
	"readme/cli/release"
)

// Connect connects a service to a repository ("owner/name"), so that commits of it can be deployed, and turns Railway's
// own deploys on a push off: what we connect, we release. Branch may be "". A service that is connected to it already is
// left as it is, one that is connected to another repository is a Fault, as is a repository that Railway may not read.
func (c *Client) Connect(ctx context.Context, service, repo, branch string) error {
	in, err := c.instance(ctx, service)
	if err != nil {
		return err
	}
	if err := in.connectedTo(service, repo); err != nil || in.repo() != "" {
		return err
	}
	if repo == "" {
		return &release.Fault{
			Title:  fmt.Sprintf("service %s cannot be connected to a repository at Railway", service),
			Detail: "This work tree has no remote at GitHub that could be named to it.",
			Try:    "git remote -v", Exit: release.ExitInvalid,
		}
	}
	id, err := c.service(ctx, service)
	if err != nil {
		return err
	}
	input := map[string]any{"repo": repo}
	set(input, "branch", branch)
	var a struct {
		Service named `json:"serviceConnect"`
	}
	r := request{op: "connect " + service + " to " + repo, document: connectMutation, vars: map[string]any{"id": id, "input": input}}
	err = c.in(ctx, r, &a)
	if denied(err) {
		// Not every token may; the setting itself may be written by all of them, only without a branch.
		source := map[string]any{"source": map[string]any{"repo": repo}}
		err = c.change(ctx, request{op: r.op, document: settingsMutation, vars: map[string]any{"serviceId": id, "input": source}})
	}
	if provider.Ambiguous(err) {
		err = c.settle(ctx, err, func() bool {
			now, readErr := c.instance(ctx, service)
			return readErr == nil && sameRepo(now.repo(), repo)
		})
	}
	if err != nil {
		return c.notConnected(service, repo, err)
	}
	return c.stopAutoDeploys(ctx, id)
}

// stopAutoDeploys asks for it. A token that may not is no failure: the plan warns of what is left on.
func (c *Client) stopAutoDeploys(ctx context.Context, serviceID string) error {
	t, err := c.Target(ctx)
	if err != nil {
		return err
	}
	var a struct {
		Status struct{} `json:"serviceInstanceAutoDeployUpdate"`
	}
	input := map[string]any{"projectId": t.ProjectID, "environmentId": t.EnvironmentID, "serviceId": serviceID, "enabled": false}
	err = c.in(ctx, request{op: "turn deploys on a push off", document: autoOffMutation, vars: map[string]any{"input": input}}, &a)
	if _, ok := errors.AsType[*provider.Error](err); ok {
		return nil
	}
	return err
}

func (c *Client) notConnected(service, repo string, err error) error {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok || e.Ambiguous {
		return err
	}
	return &release.Fault{
		Title:    fmt.Sprintf("Railway could not connect service %s to %s", service, repo),
		Detail:   "Railway reads the repository through its GitHub app: give it access to " + repo + at(c.outside(githubAppPage)),
		Evidence: []release.Evidence{e.Evidence()},
		Try:      "readme-ops doctor", Exit: release.ExitInvalid, Cause: err,
	}
}
