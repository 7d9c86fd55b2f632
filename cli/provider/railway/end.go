package railway

import (
	"context"
	"net/http"
	"strings"

	"readme/cli/provider"
)

// Remove takes a deployment down, so that nothing serves if it was the live one.
func (c *Client) Remove(ctx context.Context, deployment string) error {
	return c.end(ctx, request{op: "remove deployment " + deployment, document: removeMutation}, deployment)
}

// Cancel stops a deployment that is on its way.
func (c *Client) Cancel(ctx context.Context, deployment string) error {
	return c.end(ctx, request{op: "cancel deployment " + deployment, document: cancelMutation}, deployment)
}

// end sends r and, when the answer is lost, looks whether the deployment has ended.
func (c *Client) end(ctx context.Context, r request, deployment string) error {
	r.vars = map[string]any{"id": deployment}
	err := c.change(ctx, r)
	if !provider.Ambiguous(err) {
		return err
	}
	return c.settle(ctx, err, func() bool {
		d, readErr := c.readDeployment(ctx, deployment)
		state, _ := d.state()
		return readErr == nil && (state == provider.Superseded || strings.HasPrefix(d.Status, "CANCEL"))
	})
}

// change sends a mutation whose answer is one Boolean.
func (c *Client) change(ctx context.Context, r request) error {
	var a map[string]bool
	if err := c.in(ctx, r, &a); err != nil {
		return err
	}
	for _, ok := range a {
		if !ok {
			return &provider.Error{Vendor: vendor, Op: r.op, Status: http.StatusOK, Message: "railway answered false"}
		}
	}
	return nil
}
