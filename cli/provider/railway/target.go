package railway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"readme/cli/provider"
	"readme/cli/release"
)

// Target is what the token and the pins resolve to.
type Target struct {
	Project, ProjectID         string
	Environment, EnvironmentID string

	login login
}

// String names it for a plan.
func (t Target) String() string {
	return fmt.Sprintf("project %s (%s), environment %s", t.Project, t.ProjectID, t.Environment)
}

// Target resolves the token to a project and an environment, once. A token that belongs to another one than
// release.yaml pins, or that Railway does not know, is a Fault with exit 3: nothing has moved yet.
func (c *Client) Target(ctx context.Context) (Target, error) {
	c.mu.Lock()
	known := c.target
	c.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	t, err := c.byProjectToken(ctx)
	if unknownToken(err) {
		t, err = c.byBearer(ctx)
	}
	if unknownToken(err) {
		return Target{}, refusedToken(err)
	}
	if err != nil {
		return Target{}, err
	}
	c.mu.Lock()
	c.target = &t
	c.mu.Unlock()
	return t, nil
}

// byProjectToken asks the token itself where it belongs.
func (c *Client) byProjectToken(ctx context.Context) (Target, error) {
	var a struct {
		ProjectToken struct {
			Project     named `json:"project"`
			Environment named `json:"environment"`
		} `json:"projectToken"`
	}
	r := request{op: "read the project token", document: projectTokenQuery, login: byProjectToken}
	if err := c.ask(ctx, r, &a); err != nil {
		return Target{}, err
	}
	p, e := a.ProjectToken.Project, a.ProjectToken.Environment
	if !p.is(c.project) || !e.is(c.environment) {
		return Target{}, &release.Fault{
			Title:  "the Railway token belongs to another environment than the one that release.yaml pins",
			Detail: "A project token opens exactly one environment of one project, and nothing was changed in it.",
			Evidence: []release.Evidence{{Label: "railway", Lines: []string{
				fmt.Sprintf("pinned: project %s, environment %s", c.project, c.environment),
				fmt.Sprintf("the token's: project %s (%s), environment %s (%s)", p.Name, p.ID, e.Name, e.ID),
			}}},
			Try:  "readme-ops doctor",
			Exit: release.ExitInvalid,
		}
	}
	return Target{Project: p.Name, ProjectID: p.ID, Environment: e.Name, EnvironmentID: e.ID, login: byProjectToken}, nil
}

// byBearer looks the pins up with an account's or workspace's token.
func (c *Client) byBearer(ctx context.Context) (Target, error) {
	id := c.project
	if uuid.Validate(id) != nil {
		var err error
		if id, err = c.projectID(ctx, c.project); err != nil {
			return Target{}, err
		}
	}
	var a struct {
		Project struct {
			named
			Environments edges[named] `json:"environments"`
		} `json:"project"`
	}
	r := request{op: "read the project", document: projectQuery, vars: map[string]any{"id": id}, login: byBearer}
	if err := c.ask(ctx, r, &a); err != nil {
		return Target{}, err
	}
	var names []string
	for _, e := range a.Project.Environments.Edges {
		if e.Node.is(c.environment) {
			return Target{
				Project: a.Project.Name, ProjectID: a.Project.ID,
				Environment: e.Node.Name, EnvironmentID: e.Node.ID, login: byBearer,
			}, nil
		}
		names = append(names, e.Node.Name)
	}
	return Target{}, missing("environment", c.environment, names)
}

// projectID finds a project by name. The listing is empty without a workspace, so each one is asked.
func (c *Client) projectID(ctx context.Context, name string) (string, error) {
	var a struct {
		APIToken struct {
			Workspaces []named `json:"workspaces"`
		} `json:"apiToken"`
	}
	if err := c.ask(ctx, request{op: "read the token's workspaces", document: apiTokenQuery, login: byBearer}, &a); err != nil {
		return "", err
	}
	var ids, names []string
	for _, w := range a.APIToken.Workspaces {
		projects, err := c.projects(ctx, w.ID)
		if err != nil {
			return "", err
		}
		for _, p := range projects {
			names = append(names, p.Name)
			if p.Name == name {
				ids = append(ids, p.ID)
			}
		}
	}
	switch len(ids) {
	case 0:
		return "", missing("project", name, names)
	case 1:
		return ids[0], nil
	}
	f := missing("project", name, ids)
	f.Title = fmt.Sprintf("Railway has %d projects called %q", len(ids), name)
	f.Detail = "Pin one of them in release.yaml by its id: " + strings.Join(ids, ", ") + "."
	return "", f
}

func (c *Client) projects(ctx context.Context, workspace string) ([]named, error) {
	var all []named
	after := ""
	for {
		var a struct {
			Projects edges[named] `json:"projects"`
		}
		vars := map[string]any{"workspaceId": workspace, "first": pageSize}
		if after != "" {
			vars["after"] = after
		}
		if err := c.ask(ctx, request{op: "list the projects", document: projectsQuery, vars: vars, login: byBearer}, &a); err != nil {
			return nil, err
		}
		for _, e := range a.Projects.Edges {
			if e.Node.DeletedAt == nil {
				all = append(all, e.Node)
			}
		}
		if !a.Projects.PageInfo.HasNextPage || a.Projects.PageInfo.EndCursor == after {
			return all, nil
		}
		after = a.Projects.PageInfo.EndCursor
	}
}

// pageSize is what one page of a listing asks for.
const pageSize = 500

// service gives a service's id by its name, whose case does not count, or by its id.
func (c *Client) service(ctx context.Context, name string) (string, error) {
	key := strings.ToLower(name)
	c.mu.Lock()
	id, ok := c.services[key]
	c.mu.Unlock()
	if ok {
		return id, nil
	}
	found, err := c.readServices(ctx)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	names := make([]string, 0, len(found))
	for _, s := range found {
		c.services[strings.ToLower(s.Name)] = s.ID
		c.services[s.ID] = s.ID
		names = append(names, s.Name)
	}
	if id, ok := c.services[key]; ok {
		return id, nil
	}
	return "", missing("service", name, names)
}

func (c *Client) readServices(ctx context.Context) ([]named, error) {
	var all []named
	after := ""
	for {
		var a struct {
			Environment struct {
				ServiceInstances edges[struct {
					ServiceID   string `json:"serviceId"`
					ServiceName string `json:"serviceName"`
				}] `json:"serviceInstances"`
			} `json:"environment"`
		}
		vars := map[string]any{"first": pageSize}
		if after != "" {
			vars["after"] = after
		}
		if err := c.in(ctx, request{op: "list the services", document: servicesQuery, vars: vars}, &a); err != nil {
			return nil, err
		}
		page := a.Environment.ServiceInstances
		for _, e := range page.Edges {
			all = append(all, named{ID: e.Node.ServiceID, Name: e.Node.ServiceName})
		}
		if !page.PageInfo.HasNextPage || page.PageInfo.EndCursor == after {
			return all, nil
		}
		after = page.PageInfo.EndCursor
	}
}

// is reports whether a pin means this; an empty pin means anything.
func (n named) is(pin string) bool { return pin == "" || n.ID == pin || n.Name == pin }

func missing(what, name string, there []string) *release.Fault {
	slices.Sort(there)
	has := "There is none that this token can see."
	if len(there) > 0 {
		has = "It has: " + strings.Join(there, ", ") + "."
	}
	return &release.Fault{
		Title:  fmt.Sprintf("Railway has no %s called %q", what, name),
		Detail: has,
		Try:    "readme-ops doctor",
		Exit:   release.ExitInvalid,
	}
}

// unknownToken reports whether Railway did not know the token in the header in which it was sent.
func unknownToken(err error) bool {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return false
	}
	m := strings.ToLower(e.Message)
	return strings.Contains(m, noProjectToken) || strings.Contains(m, strings.ToLower(notAuthorized))
}

func refusedToken(err error) error {
	f := &release.Fault{
		Title:  "Railway does not accept the token in RAILWAY_TOKEN",
		Detail: "It may be wrong, deleted, or of another project. A project token is made in the project's settings, under Tokens.",
		Try:    "readme-ops doctor",
		Exit:   release.ExitInvalid,
		Cause:  err,
	}
	if e, ok := errors.AsType[*provider.Error](err); ok {
		f.Evidence = []release.Evidence{e.Evidence()}
	}
	return f
}
