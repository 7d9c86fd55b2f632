package pipecat

import (
	"context"
	"time"

	"readme/cli/provider"
)

// replaced remembers what a deployment of ours took the place of: an answer that still names that one is only late.
type replaced struct {
	before string
	at     time.Time
}

func (c *Client) remember(id, before, build string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.replaced[id] = replaced{before, time.Now()}
	if build != "" {
		c.built[id] = build
	}
}

// late reports whether an answer that names another deployment than id was read before ours was written.
func (c *Client) late(id, named string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ours := c.replaced[id]
	return ours && named == r.before && time.Since(r.at) < readBack
}

// BuildOf is the cloud build that a deployment runs, "" where the vendor does not tell: it shows that of the last one
// only, and this Client remembers those that it has seen.
func (c *Client) BuildOf(ctx context.Context, deployment string) (string, error) {
	c.mu.Lock()
	id := c.built[deployment]
	c.mu.Unlock()
	if id != "" {
		return id, nil
	}
	d, err := c.Deployment(ctx, deployment)
	return d.Build, err
}

// deployment turns a reading into the words of all vendors.
func (c *Client) deployment(a agent, id string) provider.Deployment {
	d := provider.Deployment{ID: id, Service: c.agent, State: provider.Building}
	if dep := a.Deployment; dep != nil && (dep.ID == id || dep.ID == "") {
		cfg := a.config()
		d.Image, d.Build, d.Created, d.Settings = cfg.Image, cfg.Build, dep.CreatedAt, cfg.text()
	}
	c.mu.Lock()
	if d.Build != "" && id != "" {
		c.built[id] = d.Build
	}
	c.mu.Unlock()
	if now := a.desired(); now != "" && now != id {
		if c.late(id, now) {
			d.Raw = "not on record yet"
			return d
		}
		d.State, d.Raw = provider.Superseded, "superseded"
		d.Why = "another deployment was asked for since: " + now
		return d
	}
	r := interpret(a, id)
	d.Raw = r.phase
	c.mu.Lock()
	stays := c.seen.stays(id, r)
	c.mu.Unlock()
	switch {
	case r.ready && (r.sign == "" || stays):
		d.State = provider.Live
	case r.ready:
		d.Raw = "ready, but the revision before serves"
	case r.failed || stays:
		d.State, d.Raw, d.Why = provider.Failed, "failed", r.why
		if r.available {
			d.Why += "; the deployment before still serves"
		}
	}
	return d
}
