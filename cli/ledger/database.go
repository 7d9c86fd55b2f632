package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"readme/cli/release"
)

// Database is the record in an environment's own Postgres, schema readme_ops, which laptops and CI share. The zero
// Database is none: reading it finds nothing, its lock is always free, and everything is in journals only.
//
// Every method dials, and has a deadline of its own. An error wraps release.ErrAway where the database did not answer, and
// is or wraps a *release.Fault where a person can do something about it.
type Database struct {
	Env string
	// Dial opens a connection that stays with one server session, see migrate.Connect. nil: there is no database.
	Dial func(context.Context) (*pgx.Conn, error)
}

// None reports whether there is no database.
func (d Database) None() bool { return d.Dial == nil }

// Querier is a connection or a transaction.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Prepare makes the schema and its tables where they are missing, in one transaction, and takes the rights on them from everybody
// but their owner. It is for after the approval: plan and other readers do without a schema.
func (d Database) Prepare(context.Context) error {
	if d.None() {
		return nil
	}
	return errors.ErrUnsupported
}

// Runs gives the last runs, the newest first by the order in which the database heard of them, at most limit. Where there is no schema there are
// none. Their states lack the lines that steps said.
func (d Database) Runs(_ context.Context, _ int) ([]Summary, error) {
	if d.None() {
		return nil, nil
	}
	return nil, errors.ErrUnsupported
}

// Events gives the events of a run, fs.ErrNotExist where the database has none.
func (d Database) Events(_ context.Context, run string) ([]release.Event, error) {
	if d.None() {
		return nil, fmt.Errorf("read the events of %s: %w", run, fs.ErrNotExist)
	}
	return nil, errors.ErrUnsupported
}
