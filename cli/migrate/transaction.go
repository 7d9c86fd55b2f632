package migrate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs that are looked at; see appendix A of the Postgres manual.
const (
	lockNotAvailable   = "55P03"
	deadlockDetected   = "40P01"
	queryCanceled      = "57014"
	noTransactionEnd   = "2D000" // a COMMIT or ROLLBACK in a procedure or a DO block
	noTransactionBlock = "25001" // a statement that cannot run inside a transaction
)

// errEnded says that a statement has ended the file's transaction: what ran before it is committed or gone.
var errEnded = errors.New("the transaction was ended by the file itself")

// inTransaction applies a file and its record together, or nothing. already is true if it was on record by now.
func (r *runner) inTransaction(ctx context.Context, m Migration) (already bool, err error) {
	began := time.Now()
	tx, err := r.conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite})
	if err != nil {
		return false, err
	}
	defer rollback(ctx, tx)
	if err := r.takeLock(ctx, tx); err != nil {
		return false, err
	}
	if err := r.setTimeouts(ctx, r.options.LockTimeout, true); err != nil {
		return false, err
	}
	if already, err := r.recorded(ctx, tx, m); err != nil || already {
		return already, err
	}
	if err := r.check(ctx, tx); err != nil {
		return false, err
	}
	if err := ensureRecord(ctx, tx); err != nil {
		return false, err
	}
	id, err := transactionID(ctx, tx)
	if err != nil {
		return false, err
	}
	for i := range m.Statements {
		if err := r.statement(ctx, m, i); err != nil {
			return false, err
		}
		if r.conn.PgConn().TxStatus() != 'T' {
			return false, &statementError{index: i, err: errEnded}
		}
	}
	// The file may have taken another role, which cannot write the record.
	if _, err := tx.Exec(ctx, "reset session authorization; reset role", pgx.QueryExecModeSimpleProtocol); err != nil {
		return false, err
	}
	if now, err := transactionID(ctx, tx); err != nil || now != id {
		return false, errors.Join(errEnded, err)
	}
	if err := writeRecord(ctx, tx, m, r.options, time.Since(began), false); err != nil {
		return false, fmt.Errorf("record the migration: %w", err)
	}
	if err := r.hold(ctx, tx); err != nil {
		return false, err
	}
	return false, r.commit(ctx, tx, m)
}

// commit commits. When its answer is lost, the record is read over a new connection: it knows.
func (r *runner) commit(ctx context.Context, tx pgx.Tx, m Migration) error {
	err := tx.Commit(ctx)
	if _, refused := errors.AsType[*pgconn.PgError](err); err == nil || refused || errors.Is(err, pgx.ErrTxCommitRollback) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*dialTimeout)
	defer cancel()
	conn, lost := r.address.connect(ctx, application(r.options), nil)
	if lost != nil {
		return &unknownError{err}
	}
	defer leave(ctx, conn)
	row, lost := findRecord(ctx, conn, m.Version)
	switch {
	case lost != nil:
		return &unknownError{err}
	case row == nil:
		return err
	}
	return nil
}

// unknownError is a commit of which nobody could be asked whether it happened.
type unknownError struct{ err error }

func (e *unknownError) Error() string { return "commit: " + e.err.Error() }
func (e *unknownError) Unwrap() error { return e.err }

// recorded reports whether the file is on record. One that is there with another content, or unfinished, is a fault.
func (r *runner) recorded(ctx context.Context, q Querier, m Migration) (bool, error) {
	row, err := findRecord(ctx, q, m.Version)
	switch {
	case err != nil || row == nil:
		return false, err
	case row.Started:
		return false, unfinished(*row)
	case row.SHA256 != m.SHA256:
		return false, edited(m, *row)
	}
	return true, nil
}

// setTimeouts bounds what follows: in the transaction only, or on the whole session.
func (r *runner) setTimeouts(ctx context.Context, lock time.Duration, local bool) error {
	ms := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	_, err := r.conn.Exec(ctx, `select set_config('lock_timeout', $1, $3), set_config('statement_timeout', $2, $3)`,
		ms(lock), ms(r.options.StatementTimeout), local)
	return err
}

func transactionID(ctx context.Context, q Querier) (string, error) {
	var id string
	err := q.QueryRow(ctx, `select pg_current_xact_id()::text`).Scan(&id)
	return id, err
}

// rollback ends a transaction that was not committed, also when ctx is over. If even that fails, closing the
// connection does it.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
	defer cancel()
	_ = tx.Rollback(ctx) // after a commit there is nothing to roll back, which is the only other error
}
