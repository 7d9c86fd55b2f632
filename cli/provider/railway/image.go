package railway

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"readme/cli/provider"
)

// deployImage pins the service to the image and deploys what it is pinned to. When that makes no deployment, the old
// pin is put back: the service's next deployment, whoever starts it, would be of an image that never ran.
func (c *Client) deployImage(ctx context.Context, req provider.Request) (string, error) {
	in, err := c.instance(ctx, req.Service)
	if err != nil {
		return "", err
	}
	old := in.image()
	if err := c.Pin(ctx, req.Service, req.Image); err != nil {
		return "", err
	}
	r := request{op: "deploy image " + req.Image + " of " + req.Service, document: deployMutation, vars: map[string]any{}}
	id, err := c.start(ctx, req.Service, r, func(d wireDeployment) bool { return d.meta("image") == req.Image })
	if err == nil || old == "" || old == req.Image {
		return id, err
	}
	// The end of the context must not leave the new pin behind.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if pinErr := c.Pin(after, req.Service, old); pinErr != nil {
		return "", errors.Join(err, fmt.Errorf("%s stays pinned to %s: %w", req.Service, req.Image, pinErr))
	}
	return "", err
}

// Pin sets the image of the service's next deployment; it deploys nothing. It sends nothing where that is its image, and
// reads it back: what Railway has not kept would let the old image go out under the new one's name.
func (c *Client) Pin(ctx context.Context, service, image string) error {
	in, err := c.instance(ctx, service)
	old := in.image()
	if err != nil || old == image {
		return err
	}
	id, err := c.service(ctx, service)
	if err != nil {
		return err
	}
	input := map[string]any{"source": map[string]any{"image": image}}
	op := "pin " + service + " to " + image
	err = c.change(ctx, request{op: op, document: settingsMutation, vars: map[string]any{"serviceId": id, "input": input}})
	if err != nil && !provider.Ambiguous(err) {
		return err
	}
	if err == nil {
		err = &provider.Error{Vendor: vendor, Op: op, Status: http.StatusOK, Message: "railway said yes, and has kept " + old}
	}
	return c.settle(ctx, err, func() bool {
		now, readErr := c.instance(ctx, service)
		// Railway may write the name in another way: that it is not the old one any more is enough.
		return readErr == nil && now.image() != "" && now.image() != old
	})
}

// Pinned is the image that the service's next deployment would be of, "" if it would be of none.
func (c *Client) Pinned(ctx context.Context, service string) (string, error) {
	in, err := c.instance(ctx, service)
	return in.image(), err
}

func (i wireInstance) image() string {
	if i.Source == nil {
		return ""
	}
	return i.Source.Image
}
