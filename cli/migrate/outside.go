package migrate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// outside applies a file whose statements cannot run in a transaction. It is on record as started before the first
// one, so that a runner that was killed leaves a trace. The lock is held by a transaction on a second connection.
func (r *runner) outside(ctx context.Context, m Migration) (already bool, err error) {
	began := time.Now()
	guard, err := r.address.connect(ctx, application(r.options), nil)
	if err != nil {
		return false, err
	}
	defer leave(ctx, guard)
	tx, err := r.guard(ctx, guard)
	if err != nil {
		return false, err
	}
	defer rollback(ctx, tx)
	if already, err := r.recorded(ctx, r.conn, m); err != nil || already {
		return already, err
	}
	if err := r.check(ctx, r.conn); err != nil {
		return false, err
	}
	if err := r.begin(ctx, m); err != nil {
		return false, err
	}
	if err := r.statements(ctx, m); err != nil {
		return false, r.startedError(ctx, m, err)
	}
	if err := guard.Ping(ctx); err != nil {
		return false, &startedError{err: fmt.Errorf("the lock was lost on the way: %w", err)}
	}
	if _, err := r.conn.Exec(ctx, "reset session authorization; reset role", pgx.QueryExecModeSimpleProtocol); err != nil {
		return false, &startedError{err: err}
	}
	if err := finishRecord(ctx, r.conn, m, time.Since(began)); err != nil {
		return false, &startedError{err: fmt.Errorf("record that the migration is done: %w", err)}
	}
	return false, nil
}

// begin puts on record that the file is started, in a transaction that the fence holds: from here on a part of it may be
// applied.
func (r *runner) begin(ctx context.Context, m Migration) error {
	if err := ensureRecord(ctx, r.conn); err != nil {
		return err
	}
	err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error {
		if err := writeRecord(ctx, tx, m, r.options, 0, true); err != nil {
			return err
		}
		return r.hold(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("record that the migration starts: %w", err)
	}
	return nil
}

// guard takes the lock in a transaction that does nothing else, for as long as it is open.
func (r *runner) guard(ctx context.Context, conn *pgx.Conn) (pgx.Tx, error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return nil, err
	}
	if err = r.takeLock(ctx, tx); err == nil {
		// After the lock on purpose: this takes the place of the portal of the query before, whose snapshot would
		// make CREATE INDEX CONCURRENTLY wait for this very transaction, for ever.
		_, err = tx.Exec(ctx, `set local idle_in_transaction_session_timeout = 0`, pgx.QueryExecModeSimpleProtocol)
	}
	if err != nil {
		rollback(ctx, tx)
		return nil, err
	}
	return tx, nil
}

func (r *runner) statements(ctx context.Context, m Migration) error {
	for i, s := range m.Statements {
		if i > 0 { // each is for good, and the one before may have taken an hour
			if err := r.check(ctx, r.conn); err != nil {
				return err
			}
		}
		lock := r.options.LockTimeout
		if s.refusesTransaction() != "" {
			// CREATE INDEX CONCURRENTLY waits for every older transaction, which is no harm to anybody. Giving up
			// would leave an index that is not valid.
			lock = 0
		}
		if err := r.setTimeouts(ctx, lock, false); err != nil {
			return err
		}
		if err := r.statement(ctx, m, i); err != nil {
			return err
		}
	}
	return nil
}

// startedError is the failure of a file that is on record as started: part of it may be done.
type startedError struct {
	err     error
	invalid []string // indexes that are not valid
	clean   bool     // Postgres did not begin with the first statement, so nothing is done and nothing on record
}

func (e *startedError) Error() string { return e.err.Error() }
func (e *startedError) Unwrap() error { return e.err }

// startedError looks at what the failed file has left behind. It works also when ctx is over.
func (r *runner) startedError(ctx context.Context, m Migration, cause error) *startedError {
	e := &startedError{err: cause}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
	defer cancel()
	failed, isStatement := errors.AsType[*statementError](cause)
	pg, isServer := errors.AsType[*pgconn.PgError](cause)
	if isStatement && isServer && failed.index == 0 && strings.HasPrefix(pg.Code, "42") {
		// Class 42 is about names and syntax: such a statement was not begun.
		_, err := r.conn.Exec(ctx, `delete from readme_ops.migrations where version = $1 and started`, m.Version)
		e.clean = err == nil
		return e
	}
	rows, err := r.conn.Query(ctx, `select indexrelid::regclass::text from pg_index where not indisvalid order by 1`)
	if err != nil {
		return e // what is known is told without the list
	}
	if names, err := pgx.CollectRows(rows, pgx.RowTo[string]); err == nil {
		e.invalid = names
	}
	return e
}
