package railway

import (
	"context"

	"readme/cli/provider"
)

// Returnable says why Rollback could not go back to a deployment, as far as Railway tells beforehand; "" if it can.
func (c *Client) Returnable(ctx context.Context, service, id string) (string, error) {
	old, err := c.readDeployment(ctx, id)
	switch {
	case provider.NotFound(err):
		return "Railway does not know deployment " + id + " any more", nil
	case err != nil:
		return "", err
	case len(c.waysBack(service, old)) == 0:
		return "Railway keeps no image of deployment " + id + " any more, and has nothing that it could build again", nil
	}
	return "", nil
}
