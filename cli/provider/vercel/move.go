package vercel

import (
	"context"
	"errors"
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
// so. Promoting what is live already is no error.
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
	if domain == "" {
		return Moved{}, fmt.Errorf("%s %s: the project has no production domain", m.name, id)
	}
	from, err := c.serving(ctx, domain)
	if err != nil {
		return Moved{}, err
	}
	done := Moved{Domain: c.address(domain), From: from}
	// The alias may be read late, so two records have to agree before nothing is done.
	if now := p.Targets["production"]; from == id && now != nil && now.ID == id {
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

// arrival is a move that was asked for.
type arrival struct {
	mover

	id, domain string
	before     *wireAliasRequest // the project's last job before ours
	sent       error             // nil, ambiguous, or a conflict
}

// arrive waits until the domain's alias has moved. The job can only say that it failed: jobs have succeeded while the
// domain stayed where it was.
func (c *Client) arrive(ctx context.Context, a arrival) error {
	// An unclear request that has left no trace for this long was not carried out.
	giveUp := time.Now().Add(settleTime)
	for {
		serves, err := c.serving(ctx, a.domain)
		if err != nil {
			return err
		}
		if serves == a.id {
			return nil
		}
		p, err := c.readProject(ctx)
		if err != nil {
			return err
		}
		ours := a.is(p.LastAliasRequest)
		if ours && (p.LastAliasRequest.JobStatus == "failed" || p.LastAliasRequest.JobStatus == "skipped") {
			return fmt.Errorf("%s %s: Vercel's job %s, and %s still serves %s", a.name, a.id, p.LastAliasRequest.JobStatus, a.domain, orNothing(serves))
		}
		if !ours && a.sent != nil && time.Now().After(giveUp) {
			return a.sent
		}
		if err := pause(ctx, movePoll); err != nil {
			return errors.Join(err, a.sent)
		}
	}
}

// is reports whether a job is the one that we asked for, and no earlier one of the same kind.
func (a arrival) is(r *wireAliasRequest) bool {
	if r == nil || r.Type != a.name || r.To != a.id {
		return false
	}
	return a.before == nil || r.RequestedAt > a.before.RequestedAt
}

func orNothing(id string) string {
	if id == "" {
		return "nothing"
	}
	return id
}
