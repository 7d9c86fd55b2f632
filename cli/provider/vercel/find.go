package vercel

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"readme/cli/provider"
)

// Find lists the deployments that bear a marker, the newest first: what a release that was cut off has already made.
// The filter of the listing is undocumented, so every answer is compared here.
func (c *Client) Find(ctx context.Context, m provider.Marker) ([]provider.Deployment, error) {
	if m.Release == "" {
		return nil, errors.New("find deployments: the marker has no release")
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return nil, c.explain(err)
	}
	return c.find(ctx, p, m)
}

func (c *Client) find(ctx context.Context, p wireProject, m provider.Marker) ([]provider.Deployment, error) {
	all, err := c.list(ctx, p, url.Values{"meta-" + metaRelease: {m.Release}})
	if err != nil {
		return nil, err
	}
	var found []provider.Deployment
	for _, w := range all {
		if d := c.deployment(w); d.Marker == m {
			found = append(found, d)
		}
	}
	return found, nil
}

// list gives the first page, which holds the newest hundred.
func (c *Client) list(ctx context.Context, p wireProject, q url.Values) ([]wireDeployment, error) {
	q.Set("projectId", p.ID)
	q.Set("limit", "100")
	var a wireDeployments
	err := c.send(ctx, provider.Call{Op: "list the deployments", Method: http.MethodGet, Path: "/v7/deployments", Query: q}, &a)
	return a.Deployments, err
}
