package railway

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"readme/cli/provider"
	"readme/cli/release"
)

// pageSize is what one page of a listing asks for.
const pageSize = 500

// pages reads a listing to its end.
func pages[T any](read func(after string) (edges[T], error)) ([]T, error) {
	var all []T
	for after := ""; ; {
		page, err := read(after)
		if err != nil {
			return nil, err
		}
		all = append(all, page.nodes()...)
		if !page.PageInfo.HasNextPage || page.PageInfo.EndCursor == after {
			return all, nil
		}
		after = page.PageInfo.EndCursor
	}
}

// is reports whether a pin means this; an empty pin means anything.
func (n named) is(pin string) bool {
	return pin == "" || strings.EqualFold(n.ID, pin) || n.Name == pin
}

// pick finds the one that is pinned by id or by its exact name; an empty pin fits when there is only one.
func pick(what, pin string, list []named) (named, error) {
	var found []named
	for _, n := range list {
		if n.DeletedAt == nil && n.is(pin) {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 0:
		return named{}, missing(what, pin, list)
	case 1:
		return found[0], nil
	}
	return named{}, ambiguous(what, pin, found)
}

type wireProject struct {
	named
	Environments edges[named] `json:"environments"`
	Services     edges[named] `json:"services"`
}

func (c *Client) readProject(ctx context.Context, id string, l login) (wireProject, error) {
	var a struct {
		Project wireProject `json:"project"`
	}
	r := request{op: "read the project", document: projectQuery, vars: map[string]any{"id": id, "first": pageSize}, login: l}
	err := c.ask(ctx, r, &a)
	return a.Project, err
}

// pinnedProject finds the project with an account's or a workspace's token.
func (c *Client) pinnedProject(ctx context.Context) (wireProject, error) {
	if uuid.Validate(c.project) == nil {
		p, err := c.readProject(ctx, c.project, byBearer)
		if !denied(err) && !provider.NotFound(err) {
			return p, err
		}
		// Is it the token that Railway does not know, or the project that the token does not see?
		if _, err := c.workspaces(ctx); err != nil {
			return wireProject{}, err
		}
		return wireProject{}, missing("project", c.project, nil)
	}
	all, err := c.projects(ctx)
	if err != nil {
		return wireProject{}, err
	}
	found, err := pick("project", c.project, all)
	if err != nil {
		return wireProject{}, err
	}
	return c.readProject(ctx, found.ID, byBearer)
}

// workspaces are those that the token opens.
func (c *Client) workspaces(ctx context.Context) ([]named, error) {
	var a struct {
		APIToken struct {
			Workspaces []named `json:"workspaces"`
		} `json:"apiToken"`
	}
	err := c.ask(ctx, request{op: "read the token's workspaces", document: apiTokenQuery, login: byBearer}, &a)
	return a.APIToken.Workspaces, err
}

// projects lists them workspace by workspace: without one the listing was seen empty. A token that tells no workspace
// is asked without.
func (c *Client) projects(ctx context.Context) ([]named, error) {
	in, err := c.workspaces(ctx)
	if err != nil {
		return nil, err
	}
	if len(in) == 0 {
		in = []named{{}}
	}
	var all []named
	for _, w := range in {
		found, err := pages(func(after string) (edges[named], error) {
			var a struct {
				Projects edges[named] `json:"projects"`
			}
			vars := map[string]any{"first": pageSize}
			set(vars, "workspaceId", w.ID)
			set(vars, "after", after)
			err := c.ask(ctx, request{op: "list the projects", document: projectsQuery, vars: vars, login: byBearer}, &a)
			return a.Projects, err
		})
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			p.in = w.Name
			all = append(all, p)
		}
	}
	return all, nil
}

// set leaves what is empty out: an explicit null may mean something else to Railway.
func set(vars map[string]any, name, value string) {
	if value != "" {
		vars[name] = value
	}
}

func missing(what, name string, there []named) *release.Fault {
	var names []string
	for _, n := range there {
		if n.DeletedAt == nil {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	has := "There is none that this token can see: it may not, or there is none."
	if len(names) > 0 {
		has = "It has: " + strings.Join(names, ", ") + "."
	}
	return &release.Fault{
		Title:  fmt.Sprintf("Railway has no %s called %q", what, name),
		Detail: has,
		Try:    "readme-ops doctor",
		Exit:   release.ExitInvalid,
	}
}

func ambiguous(what, pin string, found []named) *release.Fault {
	lines := make([]string, len(found))
	for i, n := range found {
		lines[i] = n.Name + "  " + n.ID
		if n.in != "" {
			lines[i] += "  in workspace " + n.in
		}
	}
	slices.Sort(lines)
	title := fmt.Sprintf("Railway has %d %ss called %q", len(found), what, pin)
	if pin == "" {
		title = fmt.Sprintf("Railway has %d %ss, and release.yaml names none", len(found), what)
	}
	return &release.Fault{
		Title: title, Detail: "Pin one of them in release.yaml by its id.",
		Evidence: []release.Evidence{{Label: "railway", Lines: lines}},
		Try:      "readme-ops doctor", Exit: release.ExitInvalid,
	}
}
