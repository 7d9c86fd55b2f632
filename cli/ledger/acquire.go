package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// pace is how a lease keeps time. Tests have a quicker one.
type pace struct {
	life   time.Duration // of the lease, in the database
	every  time.Duration // between renewals
	margin time.Duration // how long before its end we count it as lost, by our own clock
	again  time.Duration // after a renewal that failed
	try    time.Duration // the deadline of one renewal
}

func usual() pace {
	return pace{life: 60 * time.Second, every: 10 * time.Second, margin: 10 * time.Second, again: time.Second, try: 5 * time.Second}
}

// Acquire takes the lock if it is free or has expired. h says who we are (Run, Owner, Host, CI, Step, PID); the rest is filled in. Where somebody else
// holds it the error wraps a *HeldError.
func (d Database) Acquire(ctx context.Context, h Holder) (*Lease, error) {
	return d.acquire(ctx, h, nil, usual())
}

// AcquireOver takes the lock as Acquire does, and also from a holder of whom dead says that it is no more (see Orphaned): in one
// statement, and only from the very lease that dead was asked about.
func (d Database) AcquireOver(ctx context.Context, h Holder, dead func(Holder) bool) (*Lease, error) {
	return d.acquire(ctx, h, dead, usual())
}

func (d Database) acquire(ctx context.Context, h Holder, dead func(Holder) bool, p pace) (*Lease, error) {
	h.Env = d.Env
	if d.None() {
		return &Lease{holder: h}, nil
	}
	var lease *Lease
	err := d.with(ctx, "take the lock", func(ctx context.Context, conn *pgx.Conn) error {
		var over int64
		for {
			began := time.Now() // before the database's clock is read, so that ours ends first
			got, err := take(ctx, conn, h, over, p.life)
			if err == nil {
				lease = newLease(ctx, d, got, began, p)
				return nil
			}
			if !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
			held, still, err := d.holder(ctx, conn)
			switch {
			case err != nil:
				return err
			case !still: // it was let go between the two statements
			case dead != nil && held.Epoch != over && dead(held):
				over = held.Epoch
			default:
				return &HeldError{Holder: held}
			}
		}
	})
	return lease, err
}

// take takes the lock in one statement, if it is free, expired or the lease numbered over; otherwise pgx.ErrNoRows. It waits for whoever holds the row FOR SHARE.
// The clock is read after that wait: "on conflict" looks at its condition with the row locked.
func take(ctx context.Context, q Querier, h Holder, over int64, life time.Duration) (Holder, error) {
	return scanHolder(q.QueryRow(ctx, `with `+durably+`
		insert into readme_ops.leases as l (env, epoch, run, owner, host, pid, ci, step, acquired_at, expires_at, renewed_at)
		select $1::text, 1, $2::text, $3::text, $4::text, $5::bigint, $6::text, $7::text, t, t + $8::bigint * interval '1 millisecond', t
		from clock_timestamp() t, durably
		on conflict (env) do update set epoch = l.epoch + 1, run = excluded.run, owner = excluded.owner, host = excluded.host, pid = excluded.pid,
			ci = excluded.ci, step = excluded.step, acquired_at = clock_timestamp(), renewed_at = clock_timestamp(),
			expires_at = clock_timestamp() + $8::bigint * interval '1 millisecond'
		where l.expires_at <= clock_timestamp() or l.epoch = $9::bigint
		returning `+holderColumns, plain, h.Env, h.Run, h.Owner, h.Host, int64(h.PID), h.CI, h.Step, life.Milliseconds(), over))
}
