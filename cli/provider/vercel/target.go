package vercel

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"readme/cli/provider"
)

// Target is what the token and the pins resolve to.
type Target struct {
	Project   string
	ProjectID string // "" while there is no such project
	Team      string // as pinned
	Domain    string // the production domain's host; "" while there is none
}

// String names it for a plan.
func (t Target) String() string {
	s := fmt.Sprintf("project %s (%s)", t.Project, t.ProjectID)
	if t.ProjectID == "" {
		s = "project " + t.Project + " (not there yet)"
	}
	if t.Team != "" {
		s += ", team " + t.Team
	}
	return s
}

// Target looks the project up. One that does not exist yet has no ProjectID. A token that Vercel refuses is a Fault
// with exit 3: nothing has moved yet.
func (c *Client) Target(ctx context.Context) (Target, error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return Target{Project: c.project, Team: c.team}, err
	}
	d, err := c.domain(ctx, p)
	if err != nil {
		return Target{}, err
	}
	return Target{Project: p.Name, ProjectID: p.ID, Team: c.team, Domain: d}, nil
}

// Domain gives the production address, with scheme and without a trailing slash; "" while the project has none.
func (c *Client) Domain(ctx context.Context) (string, error) {
	t, err := c.Target(ctx)
	if err != nil {
		return "", err
	}
	return c.address(t.Domain), nil
}

// lookup is readProject for a project that may not exist yet. One that is pinned by its id must exist: nobody can make
// it under that id. Vercel hides what a token may not see behind the same 404.
func (c *Client) lookup(ctx context.Context) (p wireProject, found bool, err error) {
	p, err = c.readProject(ctx)
	if provider.NotFound(err) && !strings.HasPrefix(c.project, "prj_") {
		return p, false, nil
	}
	if err != nil {
		return p, false, c.explain(err)
	}
	return p, true, nil
}

func (c *Client) readProject(ctx context.Context) (wireProject, error) {
	var p wireProject
	err := c.send(ctx, provider.Call{
		Op: "read the project", Method: http.MethodGet, Path: "/v9/projects/" + url.PathEscape(c.project),
		Query: url.Values{"rollbackInfo": {"true"}},
	}, &p)
	return p, err
}

// domain gives the host that people use; "" for none.
func (c *Client) domain(ctx context.Context, p wireProject) (string, error) {
	all, err := c.domains(ctx, p)
	return best(all), err
}

// domains lists those of production. Only the first 100 domains of a project are looked at.
func (c *Client) domains(ctx context.Context, p wireProject) ([]wireDomain, error) {
	var a wireDomains
	err := c.send(ctx, provider.Call{
		Op: "list the project's domains", Method: http.MethodGet, Path: "/v9/projects/" + url.PathEscape(p.ID) + "/domains",
		Query: url.Values{"limit": {"100"}},
	}, &a)
	return slices.DeleteFunc(a.Domains, func(d wireDomain) bool {
		return d.Redirect != "" || d.GitBranch != "" || d.CustomEnvironment != ""
	}), err
}

// best picks a verified domain: a custom one before vercel.app's, the oldest first.
func best(all []wireDomain) string {
	serve := slices.DeleteFunc(slices.Clone(all), func(d wireDomain) bool { return !d.Verified })
	if len(serve) == 0 {
		return ""
	}
	given := func(d wireDomain) int {
		if vercels(d.Name) {
			return 1
		}
		return 0
	}
	return slices.MinFunc(serve, func(a, b wireDomain) int {
		return cmp.Or(given(a)-given(b), cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.Name, b.Name))
	}).Name
}

// serving gives the id of the deployment that a domain serves now, by the domain's own alias; "" for none.
func (c *Client) serving(ctx context.Context, domain string) (string, error) {
	if domain == "" {
		return "", nil
	}
	var a wireAlias
	err := c.send(ctx, provider.Call{
		Op: "read the alias of the domain", Method: http.MethodGet, Path: "/v4/aliases/" + url.PathEscape(domain),
	}, &a)
	if provider.NotFound(err) {
		return "", nil
	}
	return a.DeploymentID, err
}

// address puts the scheme before a host.
func (c *Client) address(host string) string {
	if host == "" {
		return ""
	}
	return c.scheme + "://" + host
}
