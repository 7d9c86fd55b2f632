package vercel

import (
	"context"
	"errors"
	"net/url"

	"readme/cli/provider"
)

// Made lists the deployments that a release has made, the newest first, whatever of; none where there is no project yet.
func (c *Client) Made(ctx context.Context, release string) ([]provider.Deployment, error) {
	if release == "" {
		return nil, errors.New("find deployments: the marker has no release")
	}
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return nil, err
	}
	all, err := c.list(ctx, p, url.Values{"meta-" + metaRelease: {release}})
	if err != nil {
		return nil, err
	}
	var made []provider.Deployment
	for _, w := range all {
		if d := c.deployment(w); d.Marker.Release == release { // the filter is undocumented
			made = append(made, d)
		}
	}
	return made, nil
}
