package migrate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"readme/cli/release"
)

// Options say how to apply migrations, and who hears of it.
type Options struct {
	LockTimeout      time.Duration // how long a statement may wait for a table; 0 means 2 s
	StatementTimeout time.Duration // how long a statement may run; 0 means 15 min
	LockWait         time.Duration // how long to wait for another runner; 0 means 1 min
	Attempts         int           // how often a file is tried whose tables are busy; 0 means 5
	Commit           string        // goes on record
	Release          string        // goes on record
	AfterDeploy      bool          // these files are the ones marked after-deploy, and it is their time
	Fence            *Fence        // keeps out a release that has lost its lock; nil: none

	Say     func(text string)                                    // progress, a line at a time; may be nil
	Retried func(attempt int, wait time.Duration, reason string) // an attempt failed, the next one follows after wait; nil: Say tells it
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.LockTimeout, 2*time.Second)
	set(&o.StatementTimeout, 15*time.Minute)
	set(&o.LockWait, time.Minute)
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Retried == nil {
		o.Retried = func(attempt int, wait time.Duration, reason string) {
			o.Say(fmt.Sprintf("attempt %d of %d: %s; again in %s", attempt, o.Attempts, reason, release.Took(wait.Milliseconds())))
		}
	}
	return o
}

// Result is one file that Up is done with.
type Result struct {
	Migration Migration
	Took      time.Duration
	Attempts  int
	Already   bool // another runner had applied it in the meantime
}

// Up applies the files in their order and returns those that are done, also when a later one fails. Each is on record
// in the transaction that applied it, so what is recorded is applied and nothing else is. Its error is a
// *release.Fault. When ctx is cancelled the server is told, and the lock is free when Up returns.
func Up(ctx context.Context, url release.Secret, pending []Migration, o Options) ([]Result, error) {
	o = o.withDefaults()
	a, err := parse(url)
	if err != nil {
		return nil, err
	}
	for _, m := range pending {
		if m.AfterDeploy && !o.AfterDeploy {
			return nil, &release.Fault{
				Title:  m.Name + " is marked " + markAfterDeploy + ", and the new code is not live yet",
				Detail: "it takes away what the old code needs, so it may only run as a release's last step",
				Where:  &release.Place{File: m.File}, Try: "readme-ops plan", Exit: release.ExitInvalid,
			}
		}
	}
	conn, err := a.connect(ctx, application(o), func(text string) { o.Say(text) })
	if err != nil {
		return nil, err
	}
	r := &runner{address: a, conn: conn, options: o}
	defer func() { leave(ctx, conn) }()
	var done []Result
	for i, m := range pending {
		result, err := r.run(ctx, m)
		if err != nil {
			return done, r.explain(ctx, err, m, done, pending[i+1:])
		}
		done = append(done, result)
		o.Say(result.String())
		// What a file has set on the session, its role and its search_path included, is not for the next one.
		if _, err := conn.Exec(ctx, "discard all"); err != nil && i+1 < len(pending) {
			return done, r.explain(ctx, err, pending[i+1], done, pending[i+2:])
		}
	}
	return done, nil
}

func application(o Options) string {
	if o.Release == "" {
		return "readme-ops migrate"
	}
	return "readme-ops release " + o.Release
}

// String is one line for people.
func (r Result) String() string {
	if r.Already {
		return r.Migration.Name + " was applied by another run in the meantime"
	}
	n := len(r.Migration.Statements)
	s := "s"
	if n == 1 {
		s = ""
	}
	return fmt.Sprintf("applied %s (%d statement%s, %s)", r.Migration.Name, n, s, release.Took(r.Took.Milliseconds()))
}

// runner applies files, one at a time, over one connection.
type runner struct {
	address address
	conn    *pgx.Conn
	options Options
}

// run applies one file. A file in a transaction is tried again when a table was busy: nothing of it has happened.
func (r *runner) run(ctx context.Context, m Migration) (Result, error) {
	began := time.Now()
	for attempt := 1; ; attempt++ {
		apply := r.inTransaction
		if m.NoTransaction {
			apply = r.outside
		}
		already, err := apply(ctx, m)
		if err == nil {
			return Result{Migration: m, Took: time.Since(began), Attempts: attempt, Already: already}, nil
		}
		why, busy := tableBusy(err)
		if !busy || m.NoTransaction || attempt >= r.options.Attempts || ctx.Err() != nil {
			return Result{}, err
		}
		wait := backoff(attempt)
		r.options.Retried(attempt, wait, m.Name+": "+why)
		if err := pause(ctx, wait); err != nil {
			return Result{}, err
		}
	}
}

// tableBusy reports whether a statement gave up because somebody else works on its tables.
func tableBusy(err error) (why string, busy bool) {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return "", false
	}
	switch pg.Code {
	case lockNotAvailable:
		return "a table is in use, and did not get free in time", true
	case deadlockDetected:
		return "it waited for somebody who waited for it (a deadlock)", true
	}
	return "", false
}

// backoff is 0.5 s, 1 s, 2 s, 4 s, give or take a half, so that two runners do not meet again and again.
func backoff(attempt int) time.Duration {
	base := min(500*time.Millisecond<<(attempt-1), 8*time.Second)
	return base/2 + rand.N(base) //nolint:gosec // nobody is kept out by this number
}

// progress tells the statement that is about to run.
func (r *runner) progress(m Migration, i int) {
	r.options.Say(fmt.Sprintf("%s %d/%d: %s", m.Name, i+1, len(m.Statements), m.Statements[i].Summary()))
}

// statement sends one statement, by the protocol that takes no more than one.
func (r *runner) statement(ctx context.Context, m Migration, i int) error {
	r.progress(m, i)
	if _, err := r.conn.PgConn().ExecParams(ctx, m.Statements[i].SQL, nil, nil, nil, nil).Close(); err != nil {
		return &statementError{index: i, err: err}
	}
	return nil
}

// statementError is the failure of one statement of a file.
type statementError struct {
	index int
	err   error
}

func (e *statementError) Error() string { return e.err.Error() }
func (e *statementError) Unwrap() error { return e.err }
