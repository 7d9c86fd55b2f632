package ledger

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	patience = 30 * time.Second // for a question to the database, dialling included
	parting  = 5 * time.Second  // for what is done after the caller has cancelled

	// plain is how statements are sent: the server keeps nothing of them, so that a pooler may put each on another connection.
	plain = pgx.QueryExecModeExec
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

// with dials for one piece of work and puts its error in words.
func (d Database) with(ctx context.Context, what string, do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := d.Dial(ctx)
	if err != nil {
		return d.failed(ctx, what, unreached(err))
	}
	defer leave(ctx, conn)
	return d.failed(ctx, what, do(ctx, conn))
}

// leave closes a connection, also when ctx is over.
func leave(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	_ = conn.Close(ctx) // nothing is open on it that closing could lose
}
