package storage

import "context"

// WithoutPauses makes the client repeat at once.
func (c *Client) WithoutPauses() { c.pause = func(context.Context, int) error { return nil } }
