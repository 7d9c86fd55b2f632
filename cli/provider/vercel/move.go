package vercel

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

const (
	moveTimeout = 5 * time.Minute
	movePoll    = time.Second
)

// frozen is what nobody expects after a rollback on Vercel.
const frozen = "Vercel no longer gives the domain to new deployments by itself: later ones build, and stay off the domain until one is promoted"

// Moved is a finished promotion or rollback.
type Moved struct {
	Domain  string // the production address
	From    string // the deployment that it served before; "" for none
	Already bool   // it was so before
	Note    string // what a person has to know from now on; "" for nothing
}

// Promote gives the domain to a deployment, without a new build, and returns when the alias of the domain itself says
// so. Promoting what is live already is no error. It ends what a rollback has begun: Vercel gives the domain to new
// deployments by itself again.
func (c *Client) Promote(ctx context.Context, id string) (Moved, error) {
	return c.move(ctx, mover{name: "promote", path: "/v10/projects/%s/promote/%s"}, id)
}

// Rollback gives the domain back to a deployment that had it before. Afterwards Vercel's automatic assignment is off,
// and Moved says so in Note.
func (c *Client) Rollback(ctx context.Context, id string) (Moved, error) {
	m, err := c.move(ctx, mover{name: "rollback", path: "/v1/projects/%s/rollback/%s"}, id)
	if err == nil && !m.Already {
		m.Note = frozen
	}
	return m, err
}

// Remark says what a rollback has left behind; "" when nothing.
func (c *Client) Remark(ctx context.Context) (string, error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found || !p.LastAliasRequest.undone() {
		return "", err
	}
	return frozen, nil
}

type mover struct {
	name string // also the type of the job
	path string
}

func (c *Client) move(ctx context.Context, m mover, id string) (Moved, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, moveTimeout,
		fmt.Errorf("%s %s: the domain did not follow within %s; Vercel may still be at it", m.name, id, moveTimeout))
	defer cancel()
	p, err := c.idle(ctx)
	if err != nil {
		return Moved{}, err
	}
	domain, err := c.domain(ctx, p)
	if err != nil {
		return Moved{}, err
	}
	from, err := c.current(ctx, p, domain)
	if err != nil {
		return Moved{}, err
	}
	done := Moved{Domain: c.address(domain), From: from}
	// The alias may be read late, so two records have to agree before nothing is done.
	if now := p.Targets[production]; from == id && now != nil && now.ID == id {
		done.Already = true
		return done, nil
	}
	err = c.send(ctx, provider.Call{
		Op: m.name + " the deployment", Method: http.MethodPost, JSON: struct{}{},
		Path: fmt.Sprintf(m.path, url.PathEscape(p.ID), url.PathEscape(id)),
	}, nil)
	switch {
	case err == nil, provider.Ambiguous(err):
	case provider.StatusOf(err) == http.StatusConflict: // it is the current one, says Vercel: the alias will tell
	default:
		return Moved{}, err
	}
	return done, c.arrive(ctx, arrival{mover: m, id: id, domain: domain, before: p.LastAliasRequest, sent: err})
}

// idle reads the project when no other promotion or rollback is on its way, which would fight with ours.
func (c *Client) idle(ctx context.Context) (wireProject, error) {
	for {
		p, err := c.readProject(ctx)
		if err != nil {
			return p, c.explain(err)
		}
		if present(p.RollingRelease) {
			return p, &release.Fault{
				Title:  "the Vercel project " + p.Name + " uses rolling releases",
				Detail: "They move the traffic in stages, which readme-ops does not steer. Nothing was promoted.",
				Try:    "readme-ops status",
				Exit:   release.ExitInvalid,
			}
		}
		if !p.LastAliasRequest.running() {
			return p, nil
		}
		if err := pause(ctx, movePoll); err != nil {
			return p, fmt.Errorf("wait for the %s of %s that is running: %w", p.LastAliasRequest.Type, p.LastAliasRequest.To, err)
		}
	}
}

// Quiet returns when no move of the domain to this deployment is on its way any more: a promote whose answer never came
// could otherwise land after everything was put back. Without a trace, lag has to pass: how long a read may be late.
func (c *Client) Quiet(ctx context.Context, id string, lag time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, moveTimeout, fmt.Errorf("the move of the domain to %s has not ended within %s", id, moveTimeout))
	defer cancel()
	for end := time.Now().Add(lag); ; {
		p, err := c.readProject(ctx)
		if err != nil {
			return err
		}
		r := p.LastAliasRequest
		if !r.running() && (r != nil && r.To == id || time.Now().After(end)) {
			return nil
		}
		if err := pause(ctx, movePoll); err != nil {
			return err
		}
	}
}
