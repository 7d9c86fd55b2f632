package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/ledger"
)

func dialConn(t *testing.T, d ledger.Database) *pgx.Conn {
	t.Helper()
	conn, err := d.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// waiting reports whether a session waits for a row that another one has locked.
func waiting(t *testing.T, address string) bool {
	t.Helper()
	return one[bool](t, address, `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`)
}

func TestHold_keepsATakeoverWaitingUntilTheTransactionEnds(t *testing.T) {
	t.Parallel()
	d, address, shift := warped(t)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, d, run)
	tx, err := dialConn(t, d).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Check(t.Context(), tx), l.Hold(t.Context(), tx)); err != nil {
		t.Fatal(err)
	}
	shift("61 s") // it expires while it is held
	type result struct {
		lease *ledger.Lease
		err   error
	}
	taken := make(chan result, 1)
	go func() {
		l, err := d.Acquire(t.Context(), me("20261122-160000-bbbbbb"))
		taken <- result{l, err}
	}()
	for over := time.Now().Add(deadline); !waiting(t, address); {
		if time.Now().After(over) {
			t.Fatal("the takeover does not wait")
		}
	}
	select {
	case r := <-taken:
		t.Fatalf("it was taken over while a migration held it: %v", r.err)
	default:
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := <-taken
	if r.err != nil {
		t.Fatal(r.err)
	}
	releaseAfter(t, r.lease)
	if err := l.Hold(t.Context(), dialConn(t, d)); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("the old holder: got %v", err)
	}
}

func TestHold_whoseLeaseExpiresWhileItWaitsIsFenced(t *testing.T) {
	t.Parallel()
	d, address, shift := warped(t)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, d, run)
	other, err := connect(t, address).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(t.Context(), `select from readme_ops.leases for update`); err != nil {
		t.Fatal(err)
	}
	held := make(chan error, 1)
	conn := dialConn(t, d)
	go func() { held <- l.Hold(t.Context(), conn) }()
	for over := time.Now().Add(deadline); !waiting(t, address); {
		if time.Now().After(over) {
			t.Fatal("it does not wait")
		}
	}
	shift("61 s")
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-held; !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("got %v", err)
	}
}
