package ledger_test

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
	"readme/cli/release"
)

func TestPrepare_manyAtOnceAndAgain(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	d := dialled(address)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if err := d.Prepare(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := d.Prepare(t.Context()); err != nil {
		t.Error(err)
	}
	if n := one[int](t, address, `select count(*) from pg_tables where schemaname = 'readme_ops'`); n != 6 {
		t.Errorf("got %d tables, want 6", n)
	}
}

func TestPrepare_takesAwayWhatTheDatabaseGivesToOthersByDefault(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	exec(t, address, `alter default privileges grant all on tables to anon, public; alter default privileges grant all on sequences to authenticated;
		alter default privileges grant usage on schemas to public`)
	if err := dialled(address).Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	others := one[int](t, address, `select count(*) from pg_class c, aclexplode(c.relacl) a
		where c.relnamespace = 'readme_ops'::regnamespace and a.grantee <> c.relowner`)
	public := one[int](t, address, `select count(*) from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'readme_ops' and a.grantee = 0`)
	if others != 0 || public != 0 {
		t.Errorf("others have %d rights on tables, the public %d on the schema", others, public)
	}
}

func TestPrepare_livesBesideTheRecordOfMigrations(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	exec(t, address, `create schema readme_ops; create table readme_ops.migrations (version bigint primary key)`)
	if err := dialled(address).Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	acquire(t, dialled(address), run)
}

func TestPrepare_withoutTheRightToSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	exec(t, pgtest.Admin(t, address), `create schema readme_ops`)
	err := dialled(address).Prepare(t.Context())
	f, ok := errors.AsType[*release.Fault](err)
	if !ok || f.Exit != release.ExitStepFailed || !strings.Contains(f.Detail, "no right to") || errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
}

func TestReaders_needNoSchemaAndMakeNone(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	d := dialled(address)
	ctx := t.Context()
	if runs, err := d.Runs(ctx, 10); err != nil || len(runs) > 0 {
		t.Errorf("runs: got %v, %v", runs, err)
	}
	if _, err := d.Events(ctx, run); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("events: got %v", err)
	}
	if h, held, err := d.Lease(ctx); held || err != nil {
		t.Errorf("lease: got %v, %v", h, err)
	}
	if seen, err := d.Seen(ctx, []string{"a"}); err != nil || len(seen) > 0 {
		t.Errorf("seen: got %v, %v", seen, err)
	}
	if e, err := d.Estimates(ctx); err != nil || len(e) > 0 {
		t.Errorf("estimates: got %v, %v", e, err)
	}
	if n := one[int](t, address, `select count(*) from pg_namespace where nspname = 'readme_ops'`); n != 0 {
		t.Error("a reader made the schema")
	}
}

func TestNone_isAJournalAlone(t *testing.T) {
	t.Parallel()
	var d ledger.Database
	ctx := t.Context()
	if !d.None() || d.Prepare(ctx) != nil || d.Break(ctx, ledger.Holder{}) != nil || d.Replay(ctx, nil, t.TempDir(), run) != nil {
		t.Error("no database is something")
	}
	if _, held, err := d.Lease(ctx); held || err != nil {
		t.Error("somebody holds the lock of no database")
	}
	l, err := d.Acquire(ctx, me(run))
	if err != nil {
		t.Fatal(err)
	}
	l.SetStep("api")
	if err := errors.Join(l.Err(), l.Check(ctx, nil), l.Hold(ctx, nil), l.Release(ctx)); err != nil || l.Holder().Run != run {
		t.Errorf("got %v", err)
	}
	r, dir := create(t, d, l)
	writeAll(t, r, story(run, "local"))
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(story(run, "local")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a write after the end: got %v", err)
	}
	if events, err := ledger.Read(dir, run); err != nil || len(events) != 8 {
		t.Errorf("got %d events, %v", len(events), err)
	}
	var none *ledger.Lease
	if err := errors.Join(none.Err(), none.Check(ctx, nil), none.Hold(ctx, nil), none.Release(ctx)); err != nil || none.Lost() != nil {
		t.Errorf("got %v", err)
	}
}
