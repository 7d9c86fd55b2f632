package pipecat

import (
	"context"
	"errors"
)

// usualSession is how long a session may last where nobody has said it.
const usualSession = 7200

// Restore puts back what was deployed before, by the image or build id in was, and the scaling, size and length of
// sessions that are on record with it. There is no such call at the vendor: it is an update, and never creates the
// agent. What the vendor does not read back (websocket_auth) stays as it is.
func (c *Client) Restore(ctx context.Context, was Config) (deploymentID string, noop bool, err error) {
	if was.Builds() {
		return "", false, errors.New("pipecat: put back the agent " + c.agent + ": neither its image nor its build is on record")
	}
	before, found, err := c.get(ctx)
	if err != nil {
		return "", false, err
	}
	if !found {
		return "", false, errors.New("pipecat: put back the agent " + c.agent + ": it does not exist any more")
	}
	now := before.config()
	if was.Mutable() && was.Image == now.Image {
		return "", false, errors.New("pipecat: put back the agent " + c.agent + ": " + was.Image + " was pushed over, and what it was before has no other name")
	}
	was.Region = ""
	if was.MaxSession == 0 && was.known() && now.MaxSession != 0 {
		was.MaxSession = usualSession
	}
	body := was.body()
	if was.AudioFilter == "" && was.known() && now.AudioFilter != "" {
		body.KrispViva = &krisp{} // null
	}
	return c.update(ctx, before, was, body, false)
}

// known reports whether more than the image is on record.
func (c Config) known() bool { return c.MinAgents != nil }

// Rescale gives the agent the scaling in was again. The vendor rolls nothing for that.
func (c *Client) Rescale(ctx context.Context, was Config) error {
	before, found, err := c.get(ctx)
	if err != nil || !found {
		return err
	}
	scaling := Config{MinAgents: was.MinAgents, MaxAgents: was.MaxAgents}
	if scaling.differs(before.config()) == "" {
		return nil
	}
	_, _, err = c.update(ctx, before, scaling, scaling.body(), false)
	return err
}
