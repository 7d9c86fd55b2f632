package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"readme/cli/box/postgres/pgtest"
	"readme/migrations"
	"readme/services/books"
	"readme/services/postgres"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const household = books.ID("00000000-0000-4000-8000-000000000001")

func bookID(n int) books.ID { return books.ID(fmt.Sprintf("00000000-0000-4000-9000-%012d", n)) }

// table is a migrated database, and a connection of its own to move the clock in.
type table struct {
	*postgres.Store
	conn *pgx.Conn
	url  string
}

func open(t *testing.T, parameters ...string) table {
	t.Helper()
	databaseURL := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	script, err := migrations.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.PgConn().Exec(t.Context(), script).ReadAll(); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = strings.Join(append(parameters, u.RawQuery), "&")
	store, err := postgres.Open(t.Context(), u.String(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return table{store, conn, databaseURL}
}

func (tb table) sql(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := tb.conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// later moves every time of the table back, as if the time had passed.
func (tb table) later(t *testing.T, passed time.Duration) {
	t.Helper()
	tb.sql(t, `update public.books set created_at = created_at - $1::interval, lease_until = lease_until - $1::interval,
		next_attempt_at = next_attempt_at - $1::interval, enqueued_at = enqueued_at - $1::interval`, passed)
}

func (tb table) add(t *testing.T, n int) books.ID {
	t.Helper()
	id := bookID(n)
	b := books.Book{ID: id, Household: household, Title: "a title", Path: books.PathOf(household, id), Size: 7, SHA256: "ab"}
	if err := tb.Add(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return id
}

func (tb table) addStored(t *testing.T, n int) books.ID {
	t.Helper()
	id := tb.add(t, n)
	ok(t, tb.Stored(t.Context(), id))
	return id
}

func (tb table) want(t *testing.T, id books.ID, want books.Book) {
	t.Helper()
	got, err := tb.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want.ID, want.Household, want.Title, want.Path = id, household, "a title", books.PathOf(household, id)
	want.Size, want.SHA256 = 7, "ab"
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(books.Book{}, "CreatedAt", "UpdatedAt")); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// TestTheWayOfABook runs in both modes of pgx that the store may be in: the direct one, and the one for a transaction pooler.
func TestTheWayOfABook(t *testing.T) {
	for _, mode := range []string{"cache_statement", "exec"} {
		t.Run(mode, func(t *testing.T) {
			tb, ctx := open(t, "default_query_exec_mode="+mode), t.Context()
			ok(t, tb.Ping(ctx))
			id := tb.add(t, 1)
			tb.want(t, id, books.Book{Status: books.Uploading})
			_, err := tb.Claim(ctx, id, time.Minute)
			wantErr(t, err, books.ErrTaken)
			ok(t, tb.Stored(ctx, id))
			ok(t, tb.Stored(ctx, id)) // known already
			tb.want(t, id, books.Book{Status: books.Uploaded})
			ok(t, tb.Enqueued(ctx, id))

			claimed, err := tb.Claim(ctx, id, time.Minute)
			ok(t, err)
			tb.want(t, id, books.Book{Status: books.Processing, Attempts: 1})
			ok(t, tb.Renew(ctx, claimed, time.Minute))
			ok(t, tb.Settle(ctx, claimed, books.Verdict{Status: books.Uploaded, Reason: "no luck", After: time.Minute}))
			tb.want(t, id, books.Book{Status: books.Uploaded, Attempts: 1, Error: "no luck"})
			found, err := tb.Claim(ctx, id, time.Minute)
			wantErr(t, err, books.ErrTaken) // not before its next attempt
			if found.Status != books.Uploaded {
				t.Errorf("a refused claim shows status %q", found.Status)
			}

			tb.later(t, time.Minute)
			claimed, err = tb.Claim(ctx, id, time.Minute)
			ok(t, err)
			ok(t, tb.Settle(ctx, claimed, books.Verdict{Status: books.Ready}))
			tb.want(t, id, books.Book{Status: books.Ready, Attempts: 2})
			ok(t, tb.Remove(ctx, id))
			wantErr(t, tb.Remove(ctx, id), books.ErrNotFound)
			_, err = tb.Get(ctx, id)
			wantErr(t, err, books.ErrNotFound)
			_, err = tb.Claim(ctx, id, time.Minute)
			wantErr(t, err, books.ErrNotFound)
			wantErr(t, tb.Stored(ctx, id), books.ErrNotFound)
		})
	}
}

func TestALeaseKeepsOthersAwayUntilItRunsOut(t *testing.T) {
	tb, ctx := open(t), t.Context()
	id := tb.addStored(t, 1)
	first, err := tb.Claim(ctx, id, time.Minute)
	ok(t, err)
	_, err = tb.Claim(ctx, id, time.Minute)
	wantErr(t, err, books.ErrTaken)
	tb.later(t, 59*time.Second)
	ok(t, tb.Renew(ctx, first, time.Minute))
	tb.later(t, 59*time.Second)
	_, err = tb.Claim(ctx, id, time.Minute)
	wantErr(t, err, books.ErrTaken)
	tb.later(t, 2*time.Second)
	second, err := tb.Claim(ctx, id, time.Minute)
	ok(t, err)
	if second.Attempts != 2 {
		t.Errorf("the second claim counts as attempt %d", second.Attempts)
	}
}

func TestWhoLostTheLeaseChangesNothing(t *testing.T) {
	tb, ctx := open(t), t.Context()
	id := tb.addStored(t, 1)
	first, err := tb.Claim(ctx, id, time.Minute)
	ok(t, err)
	tb.later(t, 2*time.Minute)
	second, err := tb.Claim(ctx, id, time.Minute)
	ok(t, err)
	wantErr(t, tb.Renew(ctx, first, time.Hour), books.ErrLost)
	wantErr(t, tb.Settle(ctx, first, books.Verdict{Status: books.Failed, Reason: "late"}), books.ErrLost)
	tb.want(t, id, books.Book{Status: books.Processing, Attempts: 2})
	ok(t, tb.Settle(ctx, second, books.Verdict{Status: books.Ready}))
	wantErr(t, tb.Settle(ctx, second, books.Verdict{Status: books.Failed}), books.ErrLost)
	tb.want(t, id, books.Book{Status: books.Ready, Attempts: 2})
}

func TestOneOfManyClaimsWins(t *testing.T) {
	tb, ctx := open(t), t.Context()
	id := tb.addStored(t, 1)
	won := make(chan books.Book, 20)
	var all sync.WaitGroup
	for range cap(won) {
		all.Go(func() {
			b, err := tb.Claim(ctx, id, time.Minute)
			switch {
			case err == nil:
				won <- b
			case !errors.Is(err, books.ErrTaken):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(won) != 1 {
		t.Fatalf("%d claims won", len(won))
	}
}

func TestTheSweepFindsWhatTheQueueDoesNotKnow(t *testing.T) {
	const stale = 30 * time.Second
	due := func(t *testing.T, tb table) []books.Wakeup {
		t.Helper()
		got, err := tb.Due(t.Context(), stale, 10)
		ok(t, err)
		return got
	}
	cases := []struct {
		name string
		have func(t *testing.T, tb table) books.ID
		want []books.Wakeup
	}{
		{"a book that was never enqueued", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.addStored(t, 1)
			tb.later(t, 31*time.Second)
			return id
		}, []books.Wakeup{{Book: bookID(1), Attempt: 1, Trace: "sweep"}}},
		{"an abandoned upload whose file was found, at once", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.add(t, 1)
			tb.later(t, time.Hour)
			_, err := tb.Abandoned(t.Context(), time.Minute, 1)
			ok(t, err)
			ok(t, tb.Stored(t.Context(), id))
			return id
		}, []books.Wakeup{{Book: bookID(1), Attempt: 1, Trace: "sweep"}}},
		{"not one that was stored just now", func(t *testing.T, tb table) books.ID {
			t.Helper()
			return tb.addStored(t, 1)
		}, nil},
		{"not one whose wake-up is fresh", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.addStored(t, 1)
			tb.later(t, time.Hour)
			ok(t, tb.Enqueued(t.Context(), id))
			return id
		}, nil},
		{"not one that still uploads", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.add(t, 1)
			tb.later(t, time.Hour)
			return id
		}, nil},
		{"not one that a worker holds", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.addStored(t, 1)
			tb.later(t, time.Hour)
			_, err := tb.Claim(t.Context(), id, time.Minute)
			ok(t, err)
			return id
		}, nil},
		{"one whose worker is gone", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.addStored(t, 1)
			_, err := tb.Claim(t.Context(), id, time.Minute)
			ok(t, err)
			tb.later(t, 61*time.Second)
			return id
		}, []books.Wakeup{{Book: bookID(1), Attempt: 2, Trace: "sweep"}}},
		{"not one before its next attempt", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.addStored(t, 1)
			tb.later(t, time.Hour)
			b, err := tb.Claim(t.Context(), id, time.Minute)
			ok(t, err)
			ok(t, tb.Settle(t.Context(), b, books.Verdict{Status: books.Uploaded, After: time.Minute}))
			return id
		}, nil},
		{"not one that is done", func(t *testing.T, tb table) books.ID {
			t.Helper()
			id := tb.addStored(t, 1)
			b, err := tb.Claim(t.Context(), id, time.Minute)
			ok(t, err)
			ok(t, tb.Settle(t.Context(), b, books.Verdict{Status: books.Ready}))
			tb.later(t, time.Hour)
			return id
		}, nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			tb := open(t)
			tc.have(t, tb)
			if diff := cmp.Diff(tc.want, due(t, tb), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("due (-want +got):\n%s", diff)
			}
			if again := due(t, tb); len(again) != 0 {
				t.Errorf("the next sweep found %v again at once", again)
			}
		})
	}
}

func TestSweepsThatMeetShareTheWork(t *testing.T) {
	tb := open(t)
	for n := range 40 {
		tb.addStored(t, n)
	}
	tb.later(t, time.Minute)
	var mu sync.Mutex
	seen := map[books.ID]int{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			ws, err := tb.Due(t.Context(), 30*time.Second, 10)
			if err != nil || len(ws) > 10 {
				t.Errorf("got %d, %v", len(ws), err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, w := range ws {
				seen[w.Book]++
			}
		})
	}
	all.Wait()
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s was found %d times", id, times)
		}
	}
}

func TestAbandonedUploads(t *testing.T) {
	tb, ctx := open(t), t.Context()
	old := tb.add(t, 1)
	tb.addStored(t, 2)
	tb.later(t, 16*time.Minute)
	tb.add(t, 3)
	for i, want := range []int{1, 0} { // the second look comes too early
		got, err := tb.Abandoned(ctx, 15*time.Minute, 10)
		ok(t, err)
		if len(got) != want || want == 1 && got[0].ID != old {
			t.Fatalf("look %d: got %v", i, got)
		}
	}
	ok(t, tb.Spoiled(ctx, old, "the file never came"))
	ok(t, tb.Spoiled(ctx, bookID(2), "must not count"))
	tb.want(t, old, books.Book{Status: books.Failed, Error: "the file never came"})
	tb.want(t, bookID(2), books.Book{Status: books.Uploaded})
	wantErr(t, tb.Stored(ctx, old), books.ErrNotFound) // given up is given up
}
