package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/release"
)

// ErrFenced says that the lock of the environment is no longer ours: it expired, somebody took it over, or it was broken. Whoever hears
// it has no right to write anything more.
var ErrFenced = errors.New("the lock of the environment is no longer held by this run")

// Holder says who holds the lock of an environment.
type Holder struct {
	Env, Run string
	Owner    string // user@host, as RunStarted.By
	Host     string // the machine, as its kernel calls it
	CI       string // the URL of the CI run; "" outside CI
	Step     string // what it was at when it was last heard of
	PID      int
	Epoch    int64 // counts the holders of the environment's lock

	Acquired, Renewed, Expires time.Time // by the database's clock

	// How long it has been held, since it was last heard of, and until it expires: by the database's clock, too.
	Age, Silent, Left time.Duration
}

// String is the holder for people: who, where, with what, since when.
func (h Holder) String() string {
	text := h.Owner
	if h.CI != "" {
		text += " (" + h.CI + ")"
	}
	text += fmt.Sprintf(", run %s, for %s", h.Run, release.Took(h.Age.Milliseconds()))
	if h.Step != "" {
		text += ", at " + h.Step
	}
	return text
}

// HeldError says that somebody else holds the lock.
type HeldError struct{ Holder Holder }

func (e *HeldError) Error() string {
	return fmt.Sprintf("the lock of %s is held by %s", e.Holder.Env, e.Holder)
}

// holderColumns are what scanHolder reads, of leases as l.
const holderColumns = `l.env, l.run, l.owner, l.host, l.ci, l.step, l.pid, l.epoch, l.acquired_at, l.renewed_at, l.expires_at,
	(extract(epoch from clock_timestamp() - l.acquired_at) * 1000)::bigint,
	(extract(epoch from clock_timestamp() - l.renewed_at) * 1000)::bigint,
	(extract(epoch from l.expires_at - clock_timestamp()) * 1000)::bigint`

func scanHolder(row pgx.Row) (Holder, error) {
	var h Holder
	var pid, age, silent, left int64
	err := row.Scan(&h.Env, &h.Run, &h.Owner, &h.Host, &h.CI, &h.Step, &pid, &h.Epoch, &h.Acquired, &h.Renewed, &h.Expires, &age, &silent, &left)
	h.PID = int(pid)
	h.Age, h.Silent, h.Left = time.Duration(age)*time.Millisecond, time.Duration(silent)*time.Millisecond, time.Duration(left)*time.Millisecond
	return h, err
}

// Lease tells who holds the lock now, by the database's clock: ok is false where nobody does.
func (d Database) Lease(ctx context.Context) (h Holder, ok bool, err error) {
	if d.None() {
		return Holder{}, false, nil
	}
	err = d.with(ctx, "look at the lock", func(ctx context.Context, conn *pgx.Conn) error {
		h, ok, err = d.holder(ctx, conn)
		return err
	})
	return h, ok, err
}

// holder reads the lock; where there is no schema nobody holds it.
func (d Database) holder(ctx context.Context, q Querier) (Holder, bool, error) {
	h, err := scanHolder(q.QueryRow(ctx, `select `+holderColumns+` from readme_ops.leases l
		where l.env = $1::text and l.expires_at > clock_timestamp()`, plain, d.Env))
	if errors.Is(err, pgx.ErrNoRows) || missing(err) {
		return Holder{}, false, nil
	}
	return h, err == nil, err
}

// Break frees the lock, if it is still the very lease (by its epoch) that was seen; otherwise ErrFenced, and nothing happened. Its holder can write nothing from then on.
func (d Database) Break(ctx context.Context, seen Holder) error {
	if d.None() {
		return nil
	}
	return d.with(ctx, "break the lock", func(ctx context.Context, conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, `update readme_ops.leases set epoch = epoch + 1, expires_at = clock_timestamp()
			where env = $1::text and epoch = $2::bigint`, plain, d.Env, seen.Epoch)
		if err == nil && tag.RowsAffected() == 0 {
			return fmt.Errorf("it is not the lock that was seen: %w", ErrFenced)
		}
		return err
	})
}
