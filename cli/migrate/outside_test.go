package migrate_test

import (
	"slices"
	"strings"
	"testing"

	"readme/cli/migrate"
	"readme/cli/release"
)

func TestUp_runsAFileOutsideATransaction(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	all := files(t,
		"0001_a.sql", "create table a (id int);",
		"0002_i.sql", "-- readme-ops: no-transaction\ncreate index concurrently if not exists i on a (id);\nvacuum a;")
	if _, err := up(t, address, all, migrate.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := one(t, conn, "select indisvalid from pg_index where indexrelid = 'i'::regclass"); got != "true" {
		t.Errorf("index valid: %s", got)
	}
	s := status(t, address, all)
	if err := s.Check(); err != nil || len(s.Applied) != 2 || s.Applied[1].Started {
		t.Errorf("status %+v, %v", s, err)
	}
	if done, err := up(t, address, all, migrate.Options{}); err != nil || !done[1].Already {
		t.Errorf("once more: %+v, %v", done, err)
	}
	until(t, conn, lockFree)
}

func TestUp_aFileThatFailsOutsideATransactionStaysOnRecordAsStarted(t *testing.T) {
	t.Parallel()
	address := database(t)
	all := files(t,
		"0001_a.sql", "create table a (id int); insert into a values (1), (1);",
		"0002_i.sql", "-- readme-ops: no-transaction\nselect 1;\ncreate unique index concurrently i on a (id);")
	_, err := up(t, address, all, migrate.Options{})
	f := fault(t, err, address)
	if f.Exit != release.ExitNotPutBack {
		t.Errorf("exit %d", f.Exit)
	}
	golden(t, show(f))

	s := status(t, address, all)
	if len(s.Unfinished) != 1 || len(s.Pending) != 0 || s.Check() == nil {
		t.Errorf("status %+v", s)
	}
	_, err = up(t, address, all[1:], migrate.Options{})
	if again := fault(t, err, address); !strings.Contains(again.Title, "nobody knows how it ended") {
		t.Errorf("got %s", show(again))
	}
}

func TestUp_aMistakeInTheFirstStatementOutsideATransactionIsNoStart(t *testing.T) {
	t.Parallel()
	address := database(t)
	all := files(t, "0001_i.sql", "-- readme-ops: no-transaction\ncreate index concurrently i on nosuch (id);")
	_, err := up(t, address, all, migrate.Options{})
	f := fault(t, err, address)
	if f.Exit != release.ExitStepFailed || !strings.Contains(f.Detail, "nothing of it is applied") {
		t.Errorf("got %s", show(f))
	}
	if s := status(t, address, all); len(s.Unfinished) != 0 || len(s.Pending) != 1 {
		t.Errorf("status %+v", s)
	}
}

func TestUp_namesTheWayOutForAStatementThatRefusesTransactions(t *testing.T) {
	t.Parallel()
	address := database(t)
	all := files(t, "0001_i.sql", "do $$ begin execute 'vacuum'; end $$;")
	_, err := up(t, address, all, migrate.Options{})
	if f := fault(t, err, address); !strings.Contains(f.Detail, "-- readme-ops: no-transaction") {
		t.Errorf("got %s", show(f))
	}
}

func TestUp_tellsWhatTheServerRemarks(t *testing.T) {
	t.Parallel()
	address := database(t)
	var said []string
	all := files(t, "0001_a.sql", "do $$ begin raise notice 'half way'; end $$;")
	if _, err := up(t, address, all, migrate.Options{Say: func(s string) { said = append(said, s) }}); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(said, "notice: half way") {
		t.Errorf("said %q", said)
	}
}
