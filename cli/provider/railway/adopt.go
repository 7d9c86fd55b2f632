package railway

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// past is what existed before a deployment is made.
type past struct {
	ids    map[string]bool
	newest time.Time
}

// holds reports whether d is no new one. One that is older than the newest of the past has only moved into the page
// that is read; both times are Railway's.
func (p past) holds(d wireDeployment) bool { return p.ids[d.ID] || d.CreatedAt.Before(p.newest) }

func pastOf(list []wireDeployment) past {
	p := past{ids: make(map[string]bool, len(list))}
	for _, d := range list {
		p.ids[d.ID] = true
		if d.CreatedAt.After(p.newest) {
			p.newest = d.CreatedAt
		}
	}
	return p
}

// baseline is the set of deployments that exist before one is made.
func (c *Client) baseline(ctx context.Context, service string) (past, error) {
	list, err := c.list(ctx, service)
	return pastOf(list), err
}

// adopt finds the deployment that a call has made without telling us its id. Cause is the call's error, if there was
// one. "Not made" is concluded only after 30 s in which at least one reading came through.
func (c *Client) adopt(ctx context.Context, service string, before past, ours func(wireDeployment) bool, cause error) (string, error) {
	read := false
	for deadline := time.Now().Add(settleTime); ; {
		list, err := c.list(ctx, service)
		read = read || err == nil
		for _, d := range list {
			if !before.holds(d) && ours(d) {
				c.remember(d.ID)
				return d.ID, nil
			}
		}
		if time.Now().After(deadline) && (read || time.Now().After(deadline.Add(settleTime))) {
			return "", notMade(service, read, cause)
		}
		if err := pause(ctx, settlePoll); err != nil {
			return "", err
		}
	}
}

// errNotMade marks that a lost call has surely made nothing.
var errNotMade = errors.New("no new deployment")

func notMade(service string, read bool, cause error) error {
	if cause == nil {
		cause = errors.New("railway accepted the call")
	}
	if !read {
		return fmt.Errorf("whether railway has made a deployment of %s could not be read for %s: %w", service, 2*settleTime, cause)
	}
	return fmt.Errorf("%w of %s within %s: %w", errNotMade, service, settleTime, cause)
}

// remember marks what Railway has just told us it made.
func (c *Client) remember(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh[id] = time.Now()
}

func (c *Client) justMade(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.fresh[id]
	return ok && time.Since(at) < settleTime
}

// content is what a deployment is made of, as far as it tells: Railway adds an image to what was built from a commit.
func (d wireDeployment) content() (key, value string) {
	for _, key := range []string{"commitHash", "cliMessage", "image"} {
		if v := d.meta(key); v != "" {
			return key, v
		}
	}
	return "", ""
}

// like reports whether d is of the same commit, upload or image as other, which says what it is of.
func (d wireDeployment) like(other wireDeployment) bool {
	key, value := other.content()
	return key != "" && d.meta(key) == value
}
