package railway

import (
	"context"
	"fmt"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// Needs is what a service must have at Railway before its first deploy.
type Needs struct {
	Public     bool // a domain, to be reached from outside
	Repository bool // a connection to a repository, for deploys of a commit
}

// Missing names what does not exist yet of a service: "service api", "public domain", "connection to the repository".
// A service that is in the project, but not in the environment, is a Fault: only a person can bring it there.
func (c *Client) Missing(ctx context.Context, service string, n Needs) ([]string, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil {
		return nil, err
	}
	var out []string
	var in wireInstance
	if id == "" {
		if err := c.elsewhere(ctx, service); err != nil {
			return nil, err
		}
		out = append(out, "service "+service)
	} else if in, err = c.instance(ctx, service); err != nil {
		return nil, err
	}
	if n.Public {
		u, err := c.Domain(ctx, service)
		if err != nil {
			return nil, err
		}
		if u == "" {
			out = append(out, "public domain")
		}
	}
	if n.Repository && in.repo() == "" {
		out = append(out, "connection to the repository")
	}
	return out, nil
}

// Fetches refuses a service that is connected to another repository than this one ("owner/name"), with a Fault. A service
// that is not there yet, or connected to none, is no error: it will be made.
func (c *Client) Fetches(ctx context.Context, service, repo string) error {
	id, _, err := c.lookup(ctx, service)
	if err != nil || id == "" {
		return err
	}
	in, err := c.instance(ctx, service)
	if err != nil {
		return err
	}
	return in.connectedTo(service, repo)
}

// elsewhere refuses a name that the project has, and the environment has not: Railway makes a service in all
// environments at once, and takes a name once.
func (c *Client) elsewhere(ctx context.Context, service string) error {
	t, err := c.Target(ctx)
	if err != nil {
		return err
	}
	p, err := c.readProject(ctx, t.ProjectID, t.login)
	if denied(err) {
		return nil // it is a courtesy: serviceCreate refuses the name as well
	}
	if err != nil {
		return err
	}
	found, err := pickService(service, p.Services.nodes())
	if err != nil || found.ID == "" {
		return err
	}
	return &release.Fault{
		Title:  fmt.Sprintf("Railway's project has a service %q, but not in the environment %s", found.Name, t.Environment),
		Detail: "Railway takes a name once in a project, so it cannot be made here. Copy the service into this environment at Railway (Sync, or New), or release another name" + at(c.projectPage(t)),
		Try:    "readme-ops doctor",
		Exit:   release.ExitInvalid,
	}
}

// Create makes an empty service in the environment, and gives its id; it deploys nothing, because it has no source yet.
// Where there is one of that name it gives that. When the answer is lost, it looks for up to 30 s before it gives up.
func (c *Client) Create(ctx context.Context, service string) (string, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil || id != "" {
		return id, err
	}
	t, err := c.Target(ctx)
	if err != nil {
		return "", err
	}
	var a struct {
		Made named `json:"serviceCreate"`
	}
	input := map[string]any{"projectId": t.ProjectID, "environmentId": t.EnvironmentID, "name": service}
	err = c.in(ctx, request{op: "make service " + service, document: createMutation, vars: map[string]any{"input": input}}, &a)
	if provider.Ambiguous(err) || err != nil && strings.Contains(err.Error(), "already exists") {
		err = c.settle(ctx, err, func() bool {
			a.Made.ID, _, _ = c.lookup(ctx, service)
			return a.Made.ID != ""
		})
	}
	if err != nil {
		return "", err
	}
	c.know(service, a.Made.ID)
	c.remember(a.Made.ID)
	return a.Made.ID, nil
}
