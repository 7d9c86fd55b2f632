package ledger_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
	"readme/cli/release"
)

// proxied is a record of prod behind a proxy, with a lease that does not end during the test unless the pace says so.
func proxied(t *testing.T, p ledger.Pace) (d ledger.Database, direct string, l *ledger.Lease, cut *proxy) {
	t.Helper()
	direct = pgtest.Database(t)
	address, cut := through(t, direct)
	d = dialled(address)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d, direct, quick(t, d, p), cut
}

// calm is a lease that nobody renews during a test.
func calm() ledger.Pace {
	return ledger.Pace{Life: time.Hour, Every: time.Hour, Margin: time.Second, Again: time.Second, Try: deadline}
}

// recordAt is a record whose patience with the database is window.
func recordAt(t *testing.T, d ledger.Database, l *ledger.Lease, window time.Duration) (*ledger.Record, string) {
	t.Helper()
	dir := t.TempDir()
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.NewRecordAt(j, d, l, time.Hour, window, deadline)
	closeAfter(t, r)
	return r, dir
}

func TestAway_aDatabaseThatComesBackInTimeIsNotNoticed(t *testing.T) {
	t.Parallel()
	d, direct, l, cut := proxied(t, calm())
	r, _ := recordAt(t, d, l, deadline)
	events := story(run, "prod")
	writeAll(t, r, events[:3])
	cut.set(true)
	written := make(chan error, 1)
	go func() { written <- r.Write(events[3:4]) }()
	<-cut.notify // it has tried
	<-cut.notify // and tried again
	select {
	case err := <-written:
		t.Fatalf("it did not wait for the database: %v", err)
	default:
	}
	cut.set(false)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, direct, `select count(*) from readme_ops.events`); n != 4 {
		t.Errorf("got %d events in the database", n)
	}
}

func TestAway_aDatabaseThatStaysAwayLeavesTheRestToTheJournal(t *testing.T) {
	t.Parallel()
	d, direct, l, cut := proxied(t, calm())
	var dials atomic.Int64
	counting := ledger.Database{Env: d.Env, Dial: func(ctx context.Context) (*pgx.Conn, error) {
		dials.Add(1)
		return d.Dial(ctx)
	}}
	r, dir := recordAt(t, counting, l, 300*time.Millisecond)
	events := story(run, "prod")
	writeAll(t, r, events[:3])
	dials.Store(0)
	cut.set(true)
	if err := r.Write(events[3:4]); !errors.Is(err, release.ErrAway) || errors.Is(err, ledger.ErrFenced) {
		t.Fatalf("got %v", err)
	}
	if dials.Load() < 2 {
		t.Error("it was not tried again")
	}
	dials.Store(0)
	for _, e := range events[4:7] {
		err := r.Write([]release.Event{e})
		if matters := e.Body.Kind() == "step_done"; errors.Is(err, release.ErrAway) != matters || (err != nil) != matters {
			t.Errorf("%s: got %v", e.Body.Kind(), err)
		}
	}
	if tried := dials.Load(); tried != 1 {
		t.Errorf("once it is known to be away it was tried %d times for one result", tried)
	}
	if here, err := ledger.Read(dir, run); err != nil || len(here) != 7 {
		t.Errorf("the journal: got %d events, %v", len(here), err)
	}
	if n := one[int](t, direct, `select count(*) from readme_ops.events`); n != 3 {
		t.Errorf("the database: got %d events", n)
	}
	if err := r.Close(t.Context()); !errors.Is(err, release.ErrAway) {
		t.Errorf("the end: got %v", err)
	}
	cut.set(false)
	if err := d.Replay(t.Context(), l, dir, run); err != nil {
		t.Fatal(err)
	}
	there, err := d.Events(t.Context(), run)
	if diff := cmp.Diff(events[:7], there); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestAway_aWriteAfterItsReturnBringsTheDatabaseUpToDate(t *testing.T) {
	t.Parallel()
	d, _, l, cut := proxied(t, calm())
	r, _ := recordAt(t, d, l, time.Millisecond)
	events := story(run, "prod")
	writeAll(t, r, events[:3])
	cut.set(true)
	if err := r.Write(events[3:6]); !errors.Is(err, release.ErrAway) {
		t.Fatalf("got %v", err)
	}
	cut.set(false)
	if err := errors.Join(r.Write(events[6:]), r.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if there, err := d.Events(t.Context(), run); err != nil || len(there) != 8 {
		t.Errorf("got %d events, %v", len(there), err)
	}
}

func TestAway_aLeaseThatCannotBeRenewedEndsByOurOwnClock(t *testing.T) {
	t.Parallel()
	d, _, l, cut := proxied(t, ledger.Pace{Life: deadline, Every: time.Millisecond, Margin: deadline - 300*time.Millisecond, Again: time.Millisecond, Try: deadline})
	r, dir := recordAt(t, d, l, deadline)
	cut.set(true)
	wait(t, l.Lost(), "the lease is lost")
	if err := l.Err(); !errors.Is(err, release.ErrAway) || errors.Is(err, ledger.ErrFenced) || !strings.Contains(err.Error(), "could not be renewed") {
		t.Errorf("got %v", err)
	}
	cut.set(false) // too late: what is over is over, though the database would still have us
	if err := r.Write(story(run, "prod")[:4]); !errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
	if err := l.Check(t.Context(), nil); !errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
	if here, err := ledger.Read(dir, run); err != nil || len(here) != 4 {
		t.Errorf("the journal: got %d events, %v", len(here), err)
	}
}

func TestAway_aConnectionThatTheServerEndsIsMadeAnew(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	l := acquire(t, d, run)
	r, _ := create(t, d, l)
	for _, e := range story(run, "prod") {
		if err := r.Write([]release.Event{e}); err != nil {
			t.Fatal(err)
		}
		exec(t, pgtest.Admin(t, address), `select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and application_name = 'readme-ops test'`)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if there, err := d.Events(t.Context(), run); err != nil || len(there) != 8 {
		t.Errorf("got %d events, %v", len(there), err)
	}
}

func TestAway_whoAsksADatabaseThatIsNotThereHearsSo(t *testing.T) {
	t.Parallel()
	address, cut := through(t, pgtest.Database(t))
	cut.set(true)
	d := dialled(address)
	_, acquired := d.Acquire(t.Context(), me(run))
	_, runs := d.Runs(t.Context(), 5)
	_, _, lease := d.Lease(t.Context())
	for what, err := range map[string]error{"acquire": acquired, "runs": runs, "lease": lease, "prepare": d.Prepare(t.Context())} {
		if _, fault := errors.AsType[*release.Fault](err); !errors.Is(err, release.ErrAway) || !fault {
			t.Errorf("%s: got %v", what, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Runs(ctx, 5); !errors.Is(err, context.Canceled) || errors.Is(err, release.ErrAway) {
		t.Errorf("a question that was called off: got %v", err)
	}
	bad := ledger.Database{Env: "prod", Dial: dialled("nonsense").Dial}
	if _, err := bad.Runs(t.Context(), 5); err == nil || errors.Is(err, release.ErrAway) {
		t.Errorf("an address that is none: got %v", err)
	}
}

func TestUnwritable_aReadOnlyDatabaseAndOneWithoutRightsPauseTheRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ spoil, want string }{
		"read-only": {`alter database %I set default_transaction_read_only = on`, "read-only"},
		"no rights": {`alter table readme_ops.events owner to postgres`, "permission denied"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, address := prepared(t)
			l := quick(t, d, calm())
			r, dir := recordAt(t, d, l, 100*time.Millisecond)
			exec(t, pgtest.Admin(t, address), `do $$ begin execute format('`+c.spoil+`', current_database()); end $$`)
			err := r.Write(story(run, "prod")[:4])
			if !errors.Is(err, release.ErrAway) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if here, err := ledger.Read(dir, run); err != nil || len(here) != 4 {
				t.Errorf("the journal: got %d events, %v", len(here), err)
			}
		})
	}
}

func TestUnwritable_theLockSaysWhyItCannotBeTaken(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	exec(t, address, `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`)
	_, err := d.Acquire(t.Context(), me(run))
	f, ok := errors.AsType[*release.Fault](err)
	if !ok || !strings.Contains(f.Detail, "read-only") || f.Try != "readme-ops doctor --env prod" {
		t.Errorf("got %v", err)
	}
}

func TestDiskFull_isAnErrorAndTheResultIsSavedInTheDatabase(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	dir := t.TempDir()
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.NewRecord(j, d, acquire(t, d, run))
	closeAfter(t, r)
	events := story(run, "prod")
	writeAll(t, r, events[:4])
	ledger.Fill(j)
	err = r.Write(events[4:7])
	if !errors.Is(err, syscall.ENOSPC) || errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
	if again := r.Write(events[7:]); !errors.Is(again, syscall.ENOSPC) {
		t.Errorf("after it: got %v", again)
	}
	_ = r.Close(t.Context())
	there, err := d.Events(t.Context(), run)
	if diff := cmp.Diff(events[:7], there); err != nil || diff != "" {
		t.Error("the result is lost: ", err, diff)
	}
	// With room again, whoever resumes has all of it.
	j, all, err := ledger.Resume(t.Context(), dir, run, d)
	if err != nil || len(all) != 7 {
		t.Fatalf("got %d events, %v", len(all), err)
	}
	_ = j.Close()
	if raw, err := os.ReadFile(j.Path()); err != nil || strings.Count(string(raw), "\n") != 7 {
		t.Errorf("the journal: got %q, %v", raw, err)
	}
}
