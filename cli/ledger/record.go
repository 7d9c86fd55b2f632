package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"readme/cli/release"
)

// rhythm is how a Record keeps time. Tests have a quicker one.
type rhythm struct {
	linger time.Duration // how long events that do not matter to a resume wait for company
	window time.Duration // how long a database that is away is tried again
	try    time.Duration // the deadline of one attempt
}

func steady() rhythm {
	return rhythm{linger: 2 * time.Second, window: 15 * time.Second, try: 5 * time.Second}
}

// Record is the engine's first sink: the journal, then the environment's Postgres. Write and Close are for one goroutine.
type Record struct {
	journal *Journal
	rhythm  rhythm

	mu     sync.Mutex // between Write and what lingers
	feed   *feed      // nil: no database
	linger *time.Timer
	away   bool  // the last Write had to give up
	broken error // nothing is written any more
}

// NewRecord takes over j, which Close closes. With no Database it is the journal alone. A journal from Open or Resume brings the events along that the database
// may lack: they go there before anything else does.
func NewRecord(j *Journal, d Database, l *Lease) *Record { return newRecord(j, d, l, steady()) }

func newRecord(j *Journal, d Database, l *Lease, pace rhythm) *Record {
	r := &Record{journal: j, rhythm: pace}
	if !d.None() {
		r.feed = &feed{db: d, lease: l, path: j.path}
		r.feed.fold(j.before)
	}
	j.before = nil
	return r
}

// Write appends the events to the journal, durably if one of them matters to a resume, and then to the database, where our lease is checked in the very
// statement. Events that do not matter to a resume wait for the next that does, or 2 s.
//
// A database that does not answer, or cannot be written, is tried again for 15 s. Then the error wraps release.ErrAway: the journal has the batch, and
// a later Write brings the database up to date (trying once, not for another 15 s). An error that wraps ErrFenced, a *ConflictError and any failure of the journal do not wrap ErrAway: nothing more can be written.
func (r *Record) Write(batch []release.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return r.broken
	}
	lines, err := r.journal.append(batch)
	if err != nil {
		r.broken = err
		r.rescue(batch, lines)
		return err
	}
	if r.feed == nil {
		return nil
	}
	r.feed.take(batch, lines)
	if !durable(batch) {
		if r.linger == nil {
			r.linger = time.AfterFunc(r.rhythm.linger, r.lingered)
		}
		return nil
	}
	window := r.rhythm.window
	if r.away {
		window = 0
	}
	err = r.flush(context.Background(), window)
	r.away = errors.Is(err, release.ErrAway)
	return err
}

// rescue tries once to leave with the database what the journal could not take: how a step ended that nobody will ask again.
func (r *Record) rescue(batch []release.Event, lines []line) {
	if r.feed == nil || len(lines) == 0 {
		return
	}
	r.feed.take(batch, lines)
	_ = r.attempt(context.Background()) // the journal's own failure is what the caller hears
}

// lingered brings what has waited long enough to the database. Should it be away, the next Write finds that out for itself.
func (r *Record) lingered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.linger = nil
	if r.broken == nil {
		_ = r.flush(context.Background(), 0) // what is final is kept in broken
	}
}

// flush brings what waits to the database, trying again for window.
func (r *Record) flush(ctx context.Context, window time.Duration) error {
	if r.linger != nil {
		r.linger.Stop()
		r.linger = nil
	}
	ctx, cancel := context.WithTimeout(ctx, window+r.rhythm.try)
	defer cancel()
	over := time.Now().Add(window)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := r.attempt(ctx)
		if err == nil {
			return nil
		}
		what := "write the record of " + r.feed.db.Env
		if final(err) {
			r.broken = fmt.Errorf("%s: %w", what, err)
			return r.broken
		}
		if lasting(err) || ctx.Err() != nil || r.feed.lease.Err() != nil || !time.Now().Add(wait).Before(over) {
			return absent(what, err)
		}
		select {
		case <-time.After(wait):
		case <-r.feed.lease.Lost():
		case <-ctx.Done():
		}
	}
}

// absent is the error of a database that was tried long enough.
func absent(what string, err error) error {
	if errors.Is(err, release.ErrAway) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w: %w", what, release.ErrAway, err)
}

// attempt tries once. A lease that is lost by our own clock is not asked about any more.
func (r *Record) attempt(ctx context.Context) error {
	if err := r.feed.lease.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.rhythm.try)
	defer cancel()
	return r.feed.send(ctx)
}

// Close brings the database up to date once more, and closes the journal. Its error wraps release.ErrAway if only the journal has the end of the run: Replay brings it there later.
func (r *Record) Close(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	if r.feed != nil {
		if r.broken == nil && len(r.feed.waiting) > 0 {
			window := r.rhythm.window
			if r.away {
				window = 0
			}
			err = r.flush(ctx, window)
		}
		if r.linger != nil {
			r.linger.Stop()
			r.linger = nil
		}
		if r.feed.conn != nil {
			leave(ctx, r.feed.conn)
		}
	}
	if r.broken == nil {
		r.broken = r.journal.closed()
	}
	return errors.Join(err, r.journal.Close())
}
