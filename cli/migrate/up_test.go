package migrate_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/migrate"
	"readme/cli/release"
)

func TestUp_appliesWhatIsPendingAndRecordsIt(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	all := files(t,
		"0001_books.sql", "create table books (id int primary key);\ncreate index on books (id);",
		"0002_titles.sql", "alter table books add title text;")
	before := status(t, address, all)
	if diff := cmp.Diff(names(all), names(before.Pending)); diff != "" || len(before.Applied) != 0 {
		t.Fatalf("before: %v applied, pending (-want +got):\n%s", before.Applied, diff)
	}
	if one(t, conn, "select count(*) from pg_namespace where nspname = 'readme_ops'") != "0" {
		t.Fatal("reading the status has created the schema")
	}

	var said []string
	done, err := up(t, address, before.Pending, migrate.Options{
		Commit: "4f2a9c1e", Release: "20261122-1", Say: func(s string) { said = append(said, s) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(done) != 2 || done[0].Already || done[0].Attempts != 1 || !exists(t, conn, "books") {
		t.Errorf("done: %+v", done)
	}
	want := []string{
		"0001_books.sql 1/2: create table books (id int primary key)", "0001_books.sql 2/2: create index on books (id)",
		"applied 0001_books.sql (2 statements, ", "0002_titles.sql 1/1: alter table books add title text", "applied 0002_titles.sql (1 statement, ",
	}
	if !slices.EqualFunc(want, said, func(w, s string) bool { return strings.HasPrefix(s, w) }) {
		t.Errorf("said %q, want %q", said, want)
	}

	after := status(t, address, all)
	if err := after.Check(); err != nil || len(after.Pending) != 0 || len(after.Applied) != 2 {
		t.Fatalf("after: %+v, %v", after, err)
	}
	row := after.Applied[1]
	if row.Name != "0002_titles.sql" || row.SHA256 != all[1].SHA256 || row.Commit != "4f2a9c1e" || row.Release != "20261122-1" || row.Started || time.Since(row.At) > time.Hour {
		t.Errorf("on record: %+v", row)
	}
}

func TestUp_twiceAppliesOnce(t *testing.T) {
	t.Parallel()
	address := database(t)
	all := files(t, "0001_a.sql", "create table a (id int);")
	if _, err := up(t, address, all, migrate.Options{}); err != nil {
		t.Fatal(err)
	}
	done, err := up(t, address, all, migrate.Options{})
	if err != nil || len(done) != 1 || !done[0].Already {
		t.Errorf("got %+v, %v", done, err)
	}
}

func TestUp_byManyRunnersAtOnceAppliesEachFileOnce(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	exec(t, conn, "create table ran (n int)")
	var texts []string
	for i := range 8 {
		texts = append(texts, fmt.Sprintf("%04d_n.sql", i+1), fmt.Sprintf("create table t%d (); insert into ran values (%d);", i, i))
	}
	all := files(t, texts...)
	const runners = 4
	var wg sync.WaitGroup
	applied := make([]int, runners)
	for i := range runners {
		wg.Go(func() {
			done, err := up(t, address, all, migrate.Options{})
			if err != nil || len(done) != len(all) {
				t.Errorf("runner %d: %d done, %v", i, len(done), err)
			}
			for _, r := range done {
				if !r.Already {
					applied[i]++
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range applied {
		total += n
	}
	if got := one(t, conn, "select count(*)::text || ' ' || count(distinct n) from ran"); got != "8 8" || total != 8 {
		t.Errorf("%s rows and names, %d applied by %v", got, total, applied)
	}
}

func TestUp_aFailingStatementLeavesNothingOfItsFile(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	all := files(t,
		"0001_books.sql", "create table books (id int);",
		"0002_titles.sql", "-- titles\ncreate table titles (id int);\n\nalter table books\n\tadd größe int, /* 日本 */ add title texxt;\nselect 1;",
		"0003_more.sql", "select 1;")
	done, err := up(t, address, all, migrate.Options{})
	f := fault(t, err, address)
	if len(done) != 1 || f.Exit != release.ExitStepFailed {
		t.Errorf("%d done, exit %d", len(done), f.Exit)
	}
	if exists(t, conn, "titles") || !exists(t, conn, "books") {
		t.Error("the failed file left a table, or the one before it is gone")
	}
	if got := one(t, conn, "select string_agg(name, ',') from readme_ops.migrations"); got != "0001_books.sql" {
		t.Errorf("on record: %s", got)
	}
	golden(t, show(f))
}

func TestUp_theFirstFileFailingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := up(t, address, files(t, "0001_a.sql", "create table a (id int); select 1/0;"), migrate.Options{})
	fault(t, err, address)
	if conn := connect(t, address); exists(t, conn, "readme_ops.migrations") || exists(t, conn, "a") {
		t.Error("something was left")
	}
}

func TestUp_showsWhereAnErrorIs(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"multi-byte text before it":  "create table t (\n  \"größe\" text default '日本語 🎉', b nosuchtype\n);",
		"in the query of a function": "do $$\nbegin\n  perform 'é', nosuchcolumn from pg_class;\nend $$;",
		"no position":                "create table a (id int primary key);\ninsert into a values (1);\ninsert into a values (1);",
		"at the commit":              "create table a (id int primary key, b int references a deferrable initially deferred);\ninsert into a values (1, 2);",
		"a long line":                "select " + strings.Repeat("1, ", 60) + " nosuch, " + strings.Repeat("2, ", 60) + "3;",
		"syntax":                     "create tabel x ();",
	}
	for name, sql := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := database(t)
			_, err := up(t, address, files(t, "0001_a.sql", sql), migrate.Options{})
			golden(t, show(fault(t, err, address)))
		})
	}
}

func TestUp_noticesATransactionThatIsEndedInside(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"a DO block":  "create table a (id int);\ndo $$ begin\n  insert into a values (1);\n  commit;\nend $$;",
		"a procedure": "create table a (id int);\ncreate procedure p() language plpgsql as $$ begin commit; end $$;\ncall p();",
	}
	for name, sql := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := database(t)
			_, err := up(t, address, files(t, "0001_a.sql", sql), migrate.Options{})
			f := fault(t, err, address)
			if f.Exit != release.ExitInvalid || exists(t, connect(t, address), "a") {
				t.Errorf("exit %d, or table a is there", f.Exit)
			}
			golden(t, show(f))
		})
	}
	// Load refuses these; if it ever misses one, the runner must still see it.
	for _, sql := range []string{"commit", "rollback", "commit and chain"} {
		t.Run(sql, func(t *testing.T) {
			t.Parallel()
			address := database(t)
			all := files(t, "0001_a.sql", "create table a (id int); select 1;")
			all[0].Statements[1].SQL = sql
			_, err := up(t, address, all, migrate.Options{})
			f := fault(t, err, address)
			if f.Exit != release.ExitNotPutBack || !strings.Contains(f.Detail, "ended the transaction") {
				t.Errorf("got\n%s", show(f))
			}
			if s := status(t, address, all); len(s.Pending) != 1 {
				t.Errorf("it is on record: %+v", s)
			}
		})
	}
}

func TestUp_whatAFileSetsIsNotForTheNext(t *testing.T) {
	t.Parallel()
	address := database(t)
	role := newRole(t, address, "")
	exec(t, connect(t, pgtest.Admin(t, address)), "grant "+role+" to "+owner(t, address))
	all := files(t,
		"0001_a.sql", "create schema other; grant all on schema other to "+role+";\n"+
			"set search_path = other; set lock_timeout = '1h'; set role "+role+"; create table a (id int);",
		"0002_b.sql", "create table b as select current_user::text as role, current_setting('lock_timeout') as lock;")
	if _, err := up(t, address, all, migrate.Options{LockTimeout: 1500 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if got := one(t, connect(t, address), "select lock || ' ' || (role = session_user) from public.b"); got != "1500ms true" {
		t.Errorf("the second file saw %s", got)
	}
}

func TestUp_refusesAfterDeployFilesBeforeTheirTime(t *testing.T) {
	t.Parallel()
	address := database(t)
	all := files(t, "0001_a.sql", "-- readme-ops: after-deploy\nselect 1;")
	_, err := up(t, address, all, migrate.Options{})
	if f := fault(t, err, address); f.Exit != release.ExitInvalid {
		t.Errorf("got %s", show(f))
	}
	if _, err := up(t, address, all, migrate.Options{AfterDeploy: true}); err != nil {
		t.Error(err)
	}
}
