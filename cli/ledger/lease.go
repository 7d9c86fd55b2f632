package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/release"
)

// Lease is the lock of an environment while it is ours. It lasts 60 s in the database, and is renewed every 10 s over a connection of its own
// until Release. It is safe for several goroutines. A nil Lease, and that of no Database, holds nothing and is never lost.
//
// A machine that sleeps stops our clock, too. What it does on waking up is stopped by the first statement that meets the database's.
type Lease struct {
	db     Database
	holder Holder
	pace   pace

	end     *time.Timer        // loses the lease by our own monotonic clock
	stop    context.CancelFunc // ends the renewing; nil where there is none
	stopped chan struct{}
	lost    chan struct{}
	conn    *pgx.Conn // the renewing's, until stopped is closed

	mu    sync.Mutex
	step  string
	err   error // why it is lost
	cause error // why the last renewal failed
}

// newLease keeps the lease that was got by a statement sent at began.
func newLease(ctx context.Context, d Database, got Holder, began time.Time, p pace) *Lease {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &Lease{db: d, holder: got, pace: p, step: got.Step, stop: stop, stopped: make(chan struct{}), lost: make(chan struct{})}
	l.end = time.AfterFunc(time.Until(began.Add(p.life-p.margin)), l.silent)
	go l.keep(ctx)
	return l
}

// Holder is us, as the database had it when we took the lock.
func (l *Lease) Holder() Holder {
	if l == nil {
		return Holder{}
	}
	return l.holder
}

// Lost is closed when the lease is not ours any more, or could not be renewed in time by our own monotonic clock: Err says which. Nothing may be started then.
func (l *Lease) Lost() <-chan struct{} {
	if l == nil {
		return nil
	}
	return l.lost
}

// Err is nil while the lease is ours. It wraps ErrFenced where somebody has taken it, release.ErrAway where the database did not answer until it was over.
func (l *Lease) Err() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// SetStep says what the run is at, for those who wait for the lock. It is sent with the next renewal.
func (l *Lease) SetStep(step string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step = step
}

// lose ends the lease for us, once.
func (l *Lease) lose(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
		close(l.lost)
	}
}

// silent loses the lease because the database did not renew it in time.
func (l *Lease) silent() {
	l.mu.Lock()
	cause := l.cause
	l.mu.Unlock()
	err := fmt.Errorf("the lock of %s could not be renewed for %s: %w", l.db.Env, release.Took((l.pace.life - l.pace.margin).Milliseconds()), release.ErrAway)
	if cause != nil {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	l.lose(err)
}

// keep renews the lease until ctx is over or it is lost.
func (l *Lease) keep(ctx context.Context) {
	defer close(l.stopped)
	wait := time.NewTimer(l.pace.every)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.lost:
			return
		case <-wait.C:
		}
		began := time.Now()
		err := l.renew(ctx)
		switch {
		case err == nil:
			l.end.Reset(time.Until(began.Add(l.pace.life - l.pace.margin)))
			wait.Reset(l.pace.every)
		case errors.Is(err, ErrFenced):
			l.lose(err)
			return
		default:
			l.mu.Lock()
			l.cause = err
			l.mu.Unlock()
			wait.Reset(l.pace.again)
		}
	}
}

// renew puts the end of the lease off. One that has expired is not renewed, even if nobody has taken it.
func (l *Lease) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.pace.try)
	defer cancel()
	if l.conn == nil || l.conn.IsClosed() {
		conn, err := l.db.Dial(ctx)
		if err != nil {
			return unreached(err)
		}
		l.conn = conn
	}
	l.mu.Lock()
	step := l.step
	l.mu.Unlock()
	tag, err := l.conn.Exec(ctx, `update readme_ops.leases set renewed_at = clock_timestamp(), step = $3::text,
		expires_at = clock_timestamp() + $4::bigint * interval '1 millisecond'
		where env = $1::text and epoch = $2::bigint and expires_at > clock_timestamp()`, plain,
		l.db.Env, l.holder.Epoch, step, l.pace.life.Milliseconds())
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("renew the lock of %s: %w", l.db.Env, ErrFenced)
	}
	return l.db.failed(ctx, "renew the lock", err)
}

// Release stops the renewing and frees the lock, if it is still ours. A second Release does nothing. Where the database is away, the lock expires by itself.
func (l *Lease) Release(ctx context.Context) error {
	if l == nil || l.stop == nil {
		return nil
	}
	l.stop()
	<-l.stopped
	l.mu.Lock()
	first := l.end != nil
	if first {
		l.end.Stop()
		l.end = nil
	}
	l.mu.Unlock()
	if !first {
		return nil
	}
	d := l.db
	if conn := l.conn; conn != nil && !conn.IsClosed() {
		d.Dial = func(context.Context) (*pgx.Conn, error) { return conn, nil } // with closes it
	}
	return d.with(ctx, "free the lock", func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `update readme_ops.leases set expires_at = clock_timestamp()
			where env = $1::text and epoch = $2::bigint and expires_at > clock_timestamp()`, plain, l.db.Env, l.holder.Epoch)
		return err
	})
}
