package vercel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// Target is what the token and the pins resolve to.
type Target struct {
	Project, ProjectID string
	Team               string // as pinned
	Domain             string // the production domain's host; "" while there is none
}

// String names it for a plan.
func (t Target) String() string {
	s := fmt.Sprintf("project %s (%s)", t.Project, t.ProjectID)
	if t.Team != "" {
		s += ", team " + t.Team
	}
	return s
}

// Target looks the project up. A token that Vercel refuses, or a project that it does not show to us, is a Fault with
// exit 3: nothing has moved yet.
func (c *Client) Target(ctx context.Context) (Target, error) {
	p, err := c.readProject(ctx)
	if err != nil {
		return Target{}, c.explain(err)
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

func (c *Client) readProject(ctx context.Context) (wireProject, error) {
	var p wireProject
	err := c.send(ctx, provider.Call{
		Op: "read the project", Method: http.MethodGet, Path: "/v9/projects/" + url.PathEscape(c.project),
		Query: url.Values{"rollbackInfo": {"true"}},
	}, &p)
	return p, err
}

// domain picks the domain that people use: verified, for production, no redirect; a custom one before vercel.app's,
// the oldest first. Only the first 100 domains of a project are looked at.
func (c *Client) domain(ctx context.Context, p wireProject) (string, error) {
	var a wireDomains
	err := c.send(ctx, provider.Call{
		Op: "list the project's domains", Method: http.MethodGet, Path: "/v9/projects/" + url.PathEscape(p.ID) + "/domains",
		Query: url.Values{"limit": {"100"}},
	}, &a)
	if err != nil {
		return "", err
	}
	serve := slices.DeleteFunc(a.Domains, func(d wireDomain) bool {
		return !d.Verified || d.Redirect != "" || d.GitBranch != "" || d.CustomEnvironment != ""
	})
	if len(serve) == 0 {
		return "", nil
	}
	given := func(d wireDomain) int {
		if strings.HasSuffix(d.Name, ".vercel.app") {
			return 1
		}
		return 0
	}
	return slices.MinFunc(serve, func(a, b wireDomain) int {
		return cmp.Or(given(a)-given(b), cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.Name, b.Name))
	}).Name, nil
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

func (c *Client) explain(err error) error {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return err
	}
	f := &release.Fault{Evidence: []release.Evidence{e.Evidence()}, Try: "readme-ops doctor", Exit: release.ExitInvalid, Cause: err}
	scope := "the token's personal account (release.yaml pins no team)"
	if c.team != "" {
		scope = "team " + c.team
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		f.Title = "Vercel does not accept VERCEL_TOKEN for project " + c.project
		f.Detail = "The token is wrong or has expired, or it may not enter " + scope + "."
	case http.StatusNotFound:
		f.Title = fmt.Sprintf("Vercel has no project %q in %s", c.project, scope)
		f.Detail = "A project of a team is only found with the team beside it in release.yaml: vercel: {project: …, team: …}."
	default:
		return err
	}
	return f
}
