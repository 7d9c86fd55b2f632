package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/ledger"
	"readme/cli/release"
)

func TestRecord_isReadBackFromTheDatabaseAsFromTheJournal(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	r, dir := create(t, d, acquire(t, d, run))
	writeAll(t, r, story(run, "prod"))
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	there, err := d.Events(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	here, err := ledger.Read(dir, run)
	if diff := cmp.Diff(here, there); diff != "" || err != nil || len(there) != 8 {
		t.Error(err, diff)
	}
	got := one[string](t, address, `select env || ' ' || verdict || ' ' || (ended_at is not null) || ' ' || host from readme_ops.runs where run = $1`, run)
	if got != "prod released true laptop" {
		t.Errorf("the row of the run: got %s", got)
	}
}

func TestRecord_aStartAndAnIntentAreInTheDatabaseWhenWriteReturnsAndTheRestWaits(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	dir := t.TempDir()
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.NewRecordAt(j, d, acquire(t, d, run), time.Hour, time.Second, deadline)
	closeAfter(t, r)
	var got []int64
	for _, e := range story(run, "prod") {
		if err := r.Write([]release.Event{e}); err != nil {
			t.Fatal(err)
		}
		got = append(got, one[int64](t, address, `select count(*) from readme_ops.events`))
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 4, 4, 7, 8}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecord_whatOnlyLingersIsInTheDatabaseSoonAfter(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	j, err := ledger.Create(t.TempDir(), run)
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.NewRecordAt(j, d, acquire(t, d, run), time.Millisecond, time.Second, deadline)
	closeAfter(t, r)
	writeAll(t, r, story(run, "prod")[:3])
	for over := time.Now().Add(deadline); one[int](t, address, `select count(*) from readme_ops.events`) != 3; {
		if time.Now().After(over) {
			t.Fatal("it never came")
		}
	}
}

func TestRecord_anExpiredLeaseIsFencedAtTheIntent(t *testing.T) {
	t.Parallel()
	d, address, shift := warped(t)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, _ := create(t, d, acquire(t, d, run))
	events := story(run, "prod")
	writeAll(t, r, events[:3])
	shift("61 s")
	err := r.Write(events[3:4])
	if !errors.Is(err, ledger.ErrFenced) || errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
	shift("0 s")
	if again := r.Write(events[4:5]); !errors.Is(again, ledger.ErrFenced) {
		t.Errorf("after it: got %v", again)
	}
	if n := one[int](t, address, `select count(*) from readme_ops.events`); n != 3 {
		t.Errorf("got %d events in the database", n)
	}
}

func TestRecord_aLeaseThatWasTakenOverIsFencedAtTheIntent(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	l := acquire(t, d, run)
	r, _ := create(t, d, l)
	events := story(run, "prod")
	writeAll(t, r, events[:3])
	next, err := d.AcquireOver(t.Context(), me("20261122-160000-bbbbbb"), func(h ledger.Holder) bool { return h.Run == run })
	if err != nil {
		t.Fatal(err)
	}
	releaseAfter(t, next)
	if err := r.Write(events[3:4]); !errors.Is(err, ledger.ErrFenced) || errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
}

func TestRecord_anEventThatStandsThereWithAnotherContentIsRefused(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	r, _ := create(t, d, acquire(t, d, run))
	events := story(run, "prod")
	writeAll(t, r, events[:2])
	exec(t, address, `insert into readme_ops.events values ('`+run+`', 3, 'step_said', 'else')`)
	err := r.Write(events[2:4])
	c, ok := errors.AsType[*ledger.ConflictError](err)
	if !ok || c.Seq != 3 || c.Run != run || errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
	if n := one[int](t, address, `select count(*) from readme_ops.events`); n != 3 {
		t.Errorf("got %d events: something was written beside the conflict", n)
	}
}

func TestRecord_ofALongTailGoesInPortions(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	r, _ := create(t, d, acquire(t, d, run))
	events := story(run, "prod")[:3]
	for i := range 2500 {
		events = append(events, release.Event{Seq: int64(i + 4), Run: run, Step: "api", Body: release.StepSaid{Text: fmt.Sprint("line ", i, "\x00\xff")}})
	}
	if err := r.Write(events); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, address, `select count(*) from readme_ops.events`); n != len(events) {
		t.Errorf("got %d of %d", n, len(events))
	}
	there, err := d.Events(t.Context(), run)
	if err != nil || !slices.EqualFunc(there, events, func(a, b release.Event) bool { return a.Seq == b.Seq }) {
		t.Errorf("got %d events, %v", len(there), err)
	}
}

func TestRecord_ofADatabaseThatLostTheRunIsReplayedFromTheJournal(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	r, _ := create(t, d, acquire(t, d, run))
	events := story(run, "prod")
	writeAll(t, r, events[:4])
	exec(t, address, `delete from readme_ops.events where seq > 1`)
	writeAll(t, r, events[4:])
	there, err := d.Events(t.Context(), run)
	if diff := cmp.Diff(events, there); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestRecord_anIntentWaitsForATakeoverThatIsUnderWayAndIsFencedByIt(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	r, _ := create(t, d, acquire(t, d, run))
	events := story(run, "prod")
	writeAll(t, r, events[:3])
	other, err := connect(t, address).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(t.Context(), `update readme_ops.leases set epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() { written <- r.Write(events[3:4]) }()
	for over := time.Now().Add(deadline); !waiting(t, address); {
		if time.Now().After(over) {
			t.Fatal("it does not wait")
		}
	}
	if err := other.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-written; !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("got %v", err)
	}
}
