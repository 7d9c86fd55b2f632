package ledger_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
	"readme/cli/migrate"
	"readme/cli/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// deadline is for what should happen at once, on a machine that is busy.
const deadline = time.Minute

// dialled is the record of prod in the database at address, over connections as app makes them.
func dialled(address string) ledger.Database {
	return ledger.Database{Env: "prod", Dial: func(ctx context.Context) (*pgx.Conn, error) {
		return migrate.Connect(ctx, release.NewSecret(address), "readme-ops test")
	}}
}

// prepared is a fresh record of prod, and the address of its database.
func prepared(t *testing.T) (ledger.Database, string) {
	t.Helper()
	address := pgtest.Database(t)
	d := dialled(address)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d, address
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func exec(t *testing.T, address, sql string) {
	t.Helper()
	conn := connect(t, address)
	if _, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
}

func one[T any](t *testing.T, address, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := connect(t, address).QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// me is a holder of the lock.
func me(run string) ledger.Holder {
	return ledger.Holder{Run: run, Owner: "ada@laptop", Host: "laptop", PID: 4711, Step: "plan"}
}

// acquire takes the lock and lets go of it after the test.
func acquire(t *testing.T, d ledger.Database, run string) *ledger.Lease {
	t.Helper()
	l, err := d.Acquire(t.Context(), me(run))
	if err != nil {
		t.Fatal(err)
	}
	releaseAfter(t, l)
	return l
}

func releaseAfter(t *testing.T, l *ledger.Lease) {
	t.Helper()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		_ = l.Release(ctx)
	})
}

// create begins a journal and a record on it. The record is closed after the test, if the test does not do it.
func create(t *testing.T, d ledger.Database, l *ledger.Lease) (*ledger.Record, string) {
	t.Helper()
	dir := t.TempDir()
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.NewRecord(j, d, l)
	closeAfter(t, r)
	return r, dir
}

func closeAfter(t *testing.T, r *ledger.Record) {
	t.Helper()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		_ = r.Close(ctx)
	})
}

// writeAll writes each event in a batch of its own.
func writeAll(t *testing.T, r *ledger.Record, events []release.Event) {
	t.Helper()
	for _, e := range events {
		if err := r.Write([]release.Event{e}); err != nil {
			t.Fatalf("event %d: %v", e.Seq, err)
		}
	}
}

// warped gives a record whose database has another clock than this machine: shift moves it, from the real time.
func warped(t *testing.T) (d ledger.Database, address string, shift func(interval string)) {
	t.Helper()
	address = pgtest.Database(t)
	exec(t, address, `create schema warp; create table warp.by (i interval not null); insert into warp.by values ('0');
		create function warp.clock_timestamp() returns timestamptz volatile language sql
		as 'select pg_catalog.clock_timestamp() + (select i from warp.by)'`)
	exec(t, address, "alter database "+strings.TrimSpace(one[string](t, address, `select quote_ident(current_database())`))+
		" set search_path = warp, pg_catalog, public")
	if got := one[string](t, address, `select current_schemas(true)::text`); got != "{warp,pg_catalog,public}" {
		t.Fatal("the clock is not warped: ", got)
	}
	shift = func(interval string) {
		t.Helper()
		exec(t, address, `update warp.by set i = '`+interval+`'`)
	}
	return dialled(address), address, shift
}

// wait waits until c is closed.
func wait(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(deadline):
		t.Fatal("it did not happen: ", what)
	}
}
