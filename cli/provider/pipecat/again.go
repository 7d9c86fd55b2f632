package pipecat

import "context"

// Recall takes an id for one that the vendor has given a moment ago, as a process before this one was told: an answer that
// still names the deployment before it, or none, is only late.
func (c *Client) Recall(id, before string) { c.remember(id, before, "") }

// Find gives the deployment that was last asked for, if it is another one than before and all that cfg asks for; "" if
// not. It is how an order is found again whose answer nobody has recorded: the vendor keeps no marker.
func (c *Client) Find(ctx context.Context, cfg Config, before string) (string, error) {
	a, found, err := c.get(ctx)
	if err != nil || !found {
		return "", err
	}
	id := a.desired()
	if id == "" || id == before || cfg.differs(a.config()) != "" {
		return "", nil
	}
	c.remember(id, before, a.config().Build)
	return id, nil
}
