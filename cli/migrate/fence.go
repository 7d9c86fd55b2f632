package migrate

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"readme/cli/release"
)

// Fence keeps a release that has lost its lock from changing the database: another one may be at work by then. Both ask
// the lock's row in the same database, over the migration's own connection. Nil is no fence.
type Fence struct {
	// Check fails if the lock is not this release's any more. It is asked when a file begins, and before each further
	// statement of one that runs outside a transaction.
	Check func(ctx context.Context, q Querier) error
	// Hold is Check that also keeps the lock as it is until the transaction ends (FOR SHARE). It is a transaction's last
	// statement, so nobody can take the lock between it and the commit.
	Hold func(ctx context.Context, q Querier) error
}

// fenceError says that the lock is lost.
type fenceError struct{ err error }

func (e *fenceError) Error() string { return "the lock is lost: " + e.err.Error() }
func (e *fenceError) Unwrap() error { return e.err }

func (r *runner) check(ctx context.Context, q Querier) error {
	if f := r.options.Fence; f != nil && f.Check != nil {
		return r.lost(ctx, f.Check(ctx, q))
	}
	return nil
}

func (r *runner) hold(ctx context.Context, q Querier) error {
	if f := r.options.Fence; f != nil && f.Hold != nil {
		return r.lost(ctx, f.Hold(ctx, q))
	}
	return nil
}

// lost tells a lock that is lost from a question that got no answer, which says nothing about the lock.
func (r *runner) lost(ctx context.Context, err error) error {
	_, server := errors.AsType[*pgconn.PgError](err)
	if err == nil || server || ctx.Err() != nil || r.conn.IsClosed() {
		return err
	}
	return &fenceError{err}
}

// explainFence words a lost lock for people.
func (r *runner) explainFence(f *release.Fault, m Migration, e *fenceError) {
	f.Title = m.Name + " was not applied: another release has taken over"
	f.Detail = "this one no longer holds the environment's lock: it was not renewed in time, or somebody broke it"
	f.Evidence = append(f.Evidence, release.Evidence{Label: "the lock", Lines: []string{r.address.scrub(e.err.Error())}})
	f.Try, f.Exit = "readme-ops history", release.ExitLocked
}
