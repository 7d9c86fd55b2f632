package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Check asks over q whether the lease is ours by epoch and expiry; ErrFenced if not. A migration asks it at its start.
func (l *Lease) Check(ctx context.Context, q Querier) error { return l.ask(ctx, q, "") }

// Hold checks as Check does and locks the lease's row FOR SHARE until q's transaction ends: nobody takes the lock over before that. It is the
// last statement before a migration's commit, in a transaction that is READ COMMITTED. Renewals wait for that transaction, too: it must end at once.
func (l *Lease) Hold(ctx context.Context, q Querier) error { return l.ask(ctx, q, "for share") }

func (l *Lease) ask(ctx context.Context, q Querier, lock string) error {
	if l == nil || l.stop == nil {
		return nil
	}
	if err := l.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// The clock is read outside the common table expression, so after the lock was waited for.
	var held bool
	err := q.QueryRow(ctx, `with lease as materialized (
			select expires_at from readme_ops.leases where env = $1::text and epoch = $2::bigint `+lock+`
		) select expires_at > clock_timestamp() from lease`, plain, l.db.Env, l.holder.Epoch).Scan(&held)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && !held) {
		return fmt.Errorf("check the lock of %s: %w", l.db.Env, ErrFenced)
	}
	return l.db.failed(ctx, "check the lock", err)
}
