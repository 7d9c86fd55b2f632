package vercel

import (
	"context"
	"net/http"
	"net/url"

	"readme/cli/provider"
)

// Cancel stops a build. One that is over already is left as it is.
func (c *Client) Cancel(ctx context.Context, id string) error {
	err := c.send(ctx, provider.Call{
		Op: "cancel the deployment", Method: http.MethodPatch, Path: "/v12/deployments/" + url.PathEscape(id) + "/cancel", Repeat: true,
	}, nil)
	if s := provider.StatusOf(err); s < 400 || s >= 500 {
		return err
	}
	d, readErr := c.Deployment(ctx, id)
	if readErr == nil && d.State.Over() {
		return nil
	}
	return err
}

// Delete removes a deployment. One that is gone already is no error.
func (c *Client) Delete(ctx context.Context, id string) error {
	err := c.send(ctx, provider.Call{
		Op: "delete the deployment", Method: http.MethodDelete, Path: "/v13/deployments/" + url.PathEscape(id),
	}, nil)
	if provider.NotFound(err) {
		return nil
	}
	return err
}
