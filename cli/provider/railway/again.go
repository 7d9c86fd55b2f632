package railway

import (
	"context"
	"slices"
	"strings"

	"readme/cli/provider"
)

// Recall takes an id for one that Railway has made a moment ago, as a process before this one was told: that reads do not
// know it yet means nothing for half a minute.
func (c *Client) Recall(id string) { c.remember(id) }

// Find gives the newest deployment of what req asks for that is none of had, the ids that there were before it was asked
// for; "" for none. It is how a request is found again whose answer nobody has recorded.
func (c *Client) Find(ctx context.Context, req provider.Request, had []string) (string, error) {
	return c.newest(ctx, req.Service, had, func(d wireDeployment) bool {
		switch {
		case req.Commit.SHA != "":
			return strings.EqualFold(d.meta("commitHash"), req.Commit.SHA)
		case req.Image != "":
			return d.meta("image") == req.Image
		}
		return parseMarker(d.meta("cliMessage")) == req.Marker
	})
}

// FindBack gives the way back to a deployment that is on its way or has arrived, and is none of had; "" for none.
func (c *Client) FindBack(ctx context.Context, service string, to provider.Deployment, had []string) (string, error) {
	old, err := c.readDeployment(ctx, to.ID)
	if err != nil {
		return "", err
	}
	return c.newest(ctx, service, had, func(d wireDeployment) bool {
		state, _ := d.state()
		return d.like(old) && (state == provider.Building || state == provider.Live)
	})
}

func (c *Client) newest(ctx context.Context, service string, had []string, ours func(wireDeployment) bool) (string, error) {
	list, err := c.list(ctx, service)
	if err != nil {
		return "", err
	}
	before := pastOf(slices.DeleteFunc(slices.Clone(list), func(d wireDeployment) bool { return !slices.Contains(had, d.ID) }))
	for _, d := range list {
		if !before.holds(d) && ours(d) {
			c.remember(d.ID)
			return d.ID, nil
		}
	}
	return "", nil
}
