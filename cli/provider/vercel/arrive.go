package vercel

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// arrival is a move that was asked for.
type arrival struct {
	mover

	id, domain string
	before     *wireAliasRequest // the project's last job before ours
	sent       error             // nil, ambiguous, or a conflict
}

// notMoved says that Vercel has taken a move and not carried it out: nothing of it is on its way any more.
type notMoved string

func (e notMoved) Error() string { return string(e) }

// silence is how long a move that Vercel has taken may leave no trace, neither a job nor a moved alias.
const silence = 2 * time.Minute

// arrive waits until the domain's alias has moved. The job can only say that it failed: jobs have succeeded while the
// domain stayed where it was.
func (c *Client) arrive(ctx context.Context, a arrival) error {
	// An unclear request that has left no trace for this long was not carried out.
	giveUp := time.Now().Add(settleTime)
	began, seen := time.Now(), false
	for {
		p, serves, err := c.look(ctx, &a)
		if err != nil || serves == a.id {
			return err
		}
		ours := a.is(p.LastAliasRequest)
		seen = seen || ours
		left := fmt.Sprintf("and %s still serves %s", either(a.domain, "the project"), either(serves, "nothing"))
		switch {
		case ours && (p.LastAliasRequest.JobStatus == "failed" || p.LastAliasRequest.JobStatus == "skipped"):
			return notMoved(fmt.Sprintf("%s %s: Vercel's job %s, %s", a.name, a.id, p.LastAliasRequest.JobStatus, left))
		case !ours && a.sent != nil && time.Now().After(giveUp):
			return a.sent
		case !seen && !p.LastAliasRequest.running() && time.Since(began) > silence:
			return notMoved(fmt.Sprintf("%s %s: Vercel took it, but nothing has come of it in %s, %s", a.name, a.id, silence, left))
		}
		if err := pause(ctx, movePoll); err != nil {
			return errors.Join(err, a.sent)
		}
	}
}

// look reads what serves now. A project may get its first domain when it is deployed for the first time.
func (c *Client) look(ctx context.Context, a *arrival) (p wireProject, serves string, err error) {
	if p, err = c.readProject(ctx); err != nil {
		return p, "", err
	}
	if a.domain == "" {
		if a.domain, err = c.domain(ctx, p); err != nil {
			return p, "", err
		}
	}
	serves, err = c.current(ctx, p, a.domain)
	return p, serves, err
}

// is reports whether a job is the one that we asked for, and no earlier one of the same kind.
func (a arrival) is(r *wireAliasRequest) bool {
	if r == nil || r.Type != a.name || r.To != a.id {
		return false
	}
	return a.before == nil || r.RequestedAt > a.before.RequestedAt
}
