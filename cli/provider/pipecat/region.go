package pipecat

import (
	"context"
	"errors"
	"net/http"

	"readme/cli/provider"
)

// Region is where the agent is, or will be made: secret sets and builds must be in the same one. "" stands for the
// organization's default where the vendor does not tell it.
func (c *Client) Region(ctx context.Context) (string, error) {
	a, found, err := c.get(ctx)
	switch {
	case err != nil:
		return "", err
	case found && a.Region != "":
		return a.Region, nil
	case c.region != "":
		return c.region, nil
	}
	answer, err := c.do(ctx, provider.Call{Op: "read the organization's region", Method: http.MethodGet, Path: "/v1/properties"})
	if _, refused := errors.AsType[*provider.Error](err); refused && provider.StatusOf(err) != http.StatusUnauthorized && ctx.Err() == nil {
		return "", nil // to leave it out says the same
	}
	if err != nil {
		return "", err
	}
	var w struct {
		Properties struct {
			Region string `json:"defaultRegion"`
		} `json:"properties"`
	}
	_ = answer.Into(&w) // likewise
	return w.Properties.Region, nil
}
