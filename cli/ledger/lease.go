package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

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

// Lease is the lock of an environment while it is ours. It lasts 60 s in the database, and is renewed every 10 s over a connection of its own
// until Release. A nil Lease, and that of no Database, holds nothing and is never lost.
type Lease struct {
	holder Holder
}

// Lease tells who holds the lock now, by the database's clock: ok is false where nobody does.
func (d Database) Lease(context.Context) (h Holder, ok bool, err error) {
	if d.None() {
		return Holder{}, false, nil
	}
	return Holder{}, false, errors.ErrUnsupported
}

// Acquire takes the lock if it is free or has expired. h says who we are (Run, Owner, Host, CI, Step, PID); the rest is filled in. Where somebody else
// holds it the error is a *HeldError.
func (d Database) Acquire(ctx context.Context, h Holder) (*Lease, error) {
	return d.AcquireOver(ctx, h, nil)
}

// AcquireOver takes the lock as Acquire does, and also from a holder of whom dead says that it is no more (see Orphaned): in one
// statement, and only from the very lease that dead was asked about.
func (d Database) AcquireOver(_ context.Context, h Holder, _ func(Holder) bool) (*Lease, error) {
	h.Env = d.Env
	if d.None() {
		return &Lease{holder: h}, nil
	}
	return nil, errors.ErrUnsupported
}

// Break frees the lock, if it is still the very lease (by its epoch) that was seen; otherwise ErrFenced, and nothing happened. Its holder can write nothing from then on.
func (d Database) Break(context.Context, Holder) error {
	if d.None() {
		return nil
	}
	return errors.ErrUnsupported
}

// Holder is us, as the database has it.
func (l *Lease) Holder() Holder {
	if l == nil {
		return Holder{}
	}
	return l.holder
}

// Lost is closed when the lease is not ours any more, or could not be renewed in time by our own monotonic clock: Err says which. Nothing may be started then.
func (l *Lease) Lost() <-chan struct{} { return nil }

// Err is nil while the lease is ours. It wraps ErrFenced where somebody has taken it, release.ErrAway where the database did not answer until it was over.
func (l *Lease) Err() error { return nil }

// SetStep says what the run is at, for those who wait for the lock. It is sent with the next renewal.
func (l *Lease) SetStep(string) {}

// Release stops the renewing and frees the lock, if it is still ours. A second Release does nothing.
func (l *Lease) Release(context.Context) error { return nil }

// Check asks over q whether the lease is ours by epoch and expiry; ErrFenced if not. A migration asks it at its start.
func (l *Lease) Check(context.Context, Querier) error { return nil }

// Hold checks as Check does and locks the lease's row FOR SHARE until q's transaction ends: nobody takes the lock over before that. It is the
// last statement before a migration's commit, in a transaction that is READ COMMITTED.
func (l *Lease) Hold(context.Context, Querier) error { return nil }
