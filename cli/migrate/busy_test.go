package migrate_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/migrate"
	"readme/cli/release"
)

// hold takes the migration lock in a session that shows up as "the other one".
func hold(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn := connect(t, address)
	exec(t, conn, "set application_name = 'the other one'; begin")
	one(t, conn, "select pg_try_advisory_xact_lock($1)", migrate.LockKey)
	return conn
}

const lockFree = `select not exists (select 1 from pg_locks l join pg_database d on d.oid = l.database
	where l.locktype = 'advisory' and d.datname = current_database())`

func TestUp_saysWhoHoldsTheLock(t *testing.T) {
	t.Parallel()
	address := database(t)
	hold(t, address)
	var said []string
	_, err := up(t, address, files(t, "0001_a.sql", "select 1;"), migrate.Options{
		LockWait: 150 * time.Millisecond, Say: func(s string) { said = append(said, s) },
	})
	f := fault(t, err, address)
	if f.Exit != release.ExitLocked {
		t.Errorf("exit %d", f.Exit)
	}
	if len(said) != 1 || !strings.Contains(said[0], "the other one") {
		t.Errorf("said %q", said)
	}
	golden(t, show(f))
}

func TestUp_goesOnWhenTheLockGetsFree(t *testing.T) {
	t.Parallel()
	address := database(t)
	other := hold(t, address)
	done, err := up(t, address, files(t, "0001_a.sql", "select 1;"), migrate.Options{
		Say: func(s string) {
			if strings.HasPrefix(s, "waiting") {
				exec(t, other, "commit")
			}
		},
	})
	if err != nil || len(done) != 1 {
		t.Errorf("got %v, %v", done, err)
	}
}

func TestUp_cancelledWhileItWaitsLeavesNothing(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn, other := connect(t, address), hold(t, address)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("ctrl-c")
	_, err := migrate.Up(ctx, release.NewSecret(address), files(t, "0001_a.sql", "create table a ();"), migrate.Options{
		Say: func(string) { cancel(stop) },
	})
	if f := fault(t, err, address); !errors.Is(err, stop) || !strings.Contains(f.Detail, "nothing of it is applied") {
		t.Errorf("got %s", show(f))
	}
	exec(t, other, "commit")
	until(t, conn, lockFree)
	if exists(t, conn, "a") || exists(t, conn, "readme_ops.migrations") {
		t.Error("something was left")
	}
}

func TestUp_cancelledInAStatementStopsTheServerToo(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("ctrl-c")
	go func() {
		until(t, conn, sleeping)
		cancel(stop)
	}()
	all := files(t, "0001_a.sql", "create table a ();\nselect pg_sleep(60);")
	_, err := migrate.Up(ctx, release.NewSecret(address), all, migrate.Options{})
	f := fault(t, err, address)
	if !errors.Is(err, stop) || f.Title != "0001_a.sql was stopped" {
		t.Errorf("got %s", show(f))
	}
	until(t, conn, "select not ("+strings.TrimPrefix(sleeping, "select ")+")")
	until(t, conn, lockFree)
	if exists(t, conn, "a") {
		t.Error("the table was left")
	}
}

const sleeping = `select exists (select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like '%pg_sleep%' and state = 'active')`

func TestUp_aServerThatDiesInTheMiddleLeavesNothing(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	go func() {
		until(t, conn, sleeping)
		one(t, conn, `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid()`)
	}()
	all := files(t, "0001_a.sql", "create table a ();\nselect pg_sleep(60);", "0002_b.sql", "select 1;")
	done, err := up(t, address, all, migrate.Options{})
	f := fault(t, err, address)
	if len(done) != 0 || f.Exit != release.ExitStepFailed || !strings.Contains(f.Detail, "nothing of it is applied") {
		t.Errorf("got %s", show(f))
	}
	again := connect(t, address)
	until(t, again, lockFree)
	if exists(t, again, "a") {
		t.Error("the table was left")
	}
}

func TestUp_triesAgainWhenATableIsBusy(t *testing.T) {
	t.Parallel()
	address := database(t)
	other := connect(t, address)
	exec(t, other, "create table books (id int)")
	exec(t, other, "begin; lock table books")
	var why []string
	done, err := up(t, address, files(t, "0001_a.sql", "create table a (); alter table books add title text;"), migrate.Options{
		LockTimeout: 20 * time.Millisecond,
		Retried: func(attempt int, wait time.Duration, reason string) {
			why = append(why, reason)
			if attempt == 2 {
				exec(t, other, "commit")
			}
		},
	})
	if err != nil || len(done) != 1 || done[0].Attempts != 3 || len(why) != 2 {
		t.Errorf("got %+v, %v, retried for %q", done, err, why)
	}
}

func TestUp_givesUpOnATableThatStaysBusy(t *testing.T) {
	t.Parallel()
	address := database(t)
	other := connect(t, address)
	exec(t, other, "create table books (id int)")
	exec(t, other, "begin; lock table books")
	var said []string
	_, err := up(t, address, files(t, "0001_a.sql", "select 1;\nalter table books add title text;"), migrate.Options{
		LockTimeout: 10 * time.Millisecond, Attempts: 2, Say: func(s string) { said = append(said, s) },
	})
	f := fault(t, err, address)
	if len(said) != 5 || !strings.HasPrefix(said[2], "attempt 1 of 2: 0001_a.sql: a table is in use") {
		t.Errorf("said %q", said)
	}
	golden(t, show(f))
}

func TestUp_stopsAStatementThatRunsTooLong(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := up(t, address, files(t, "0001_a.sql", "select pg_sleep(60);"), migrate.Options{StatementTimeout: 50 * time.Millisecond})
	if f := fault(t, err, address); !strings.Contains(f.Detail, "longer than the statement timeout") {
		t.Errorf("got %s", show(f))
	}
}

func TestUp_worksForAnOrdinaryRoleThatMayCreate(t *testing.T) {
	t.Parallel()
	address := database(t)
	role, address2 := ordinary(t, address)
	all := files(t, "0001_a.sql", "create schema s; create table s.a (id int);")
	_, err := up(t, address2, all, migrate.Options{})
	f := fault(t, err, address2)
	if !strings.Contains(show(f), "permission denied for database") || !strings.Contains(f.Detail, "nothing of it is applied") {
		t.Errorf("got %s", show(f))
	}
	exec(t, connect(t, address), "do $$ begin execute format('grant create on database %I to "+role+"', current_database()); end $$")
	if _, err := up(t, address2, all, migrate.Options{}); err != nil {
		t.Fatal(err)
	}
	if s := status(t, address2, all); len(s.Applied) != 1 {
		t.Errorf("status %+v", s)
	}
}

// ordinary makes a role that may do nothing special, and gives its name and its address.
func ordinary(t *testing.T, address string) (role, its string) {
	t.Helper()
	role = newRole(t, address, "login password 'only-for-this-test'")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "only-for-this-test")
	return role, u.String()
}

// execAfter runs SQL when the test's own context is over.
func execAfter(t *testing.T, address, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Error(err)
	}
}
