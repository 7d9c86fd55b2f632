package migrate_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/migrate"
	"readme/cli/release"
)

var errTakenOver = errors.New("epoch 8 holds it, ours is 7")

// lease is a lock's row with an epoch, as the ledger keeps it; ours is 7.
func lease(t *testing.T, conn *pgx.Conn) *migrate.Fence {
	t.Helper()
	exec(t, conn, "create table lease (epoch int); insert into lease values (7)")
	ask := func(sql string) func(context.Context, migrate.Querier) error {
		return func(ctx context.Context, q migrate.Querier) error {
			var epoch int
			if err := q.QueryRow(ctx, sql).Scan(&epoch); err != nil {
				return err
			}
			if epoch != 7 {
				return errTakenOver
			}
			return nil
		}
	}
	return &migrate.Fence{Check: ask("select epoch from public.lease"), Hold: ask("select epoch from public.lease for share")}
}

func fencedOff(t *testing.T, err error, address string) {
	t.Helper()
	f := fault(t, err, address)
	if f.Exit != release.ExitLocked || !strings.Contains(f.Title, "another release has taken over") ||
		!strings.Contains(show(f), errTakenOver.Error()) || !strings.Contains(f.Detail, "nothing of it is applied") {
		t.Errorf("got %s", show(f))
	}
}

func TestUp_appliesNothingWithALockThatIsLost(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"in a transaction": "create table a (id int);",
		"outside":          "-- readme-ops: no-transaction\ncreate index concurrently i on b (id);",
	} {
		t.Run(name, func(t *testing.T) {
			address := database(t)
			conn := connect(t, address)
			fence := lease(t, conn)
			exec(t, conn, "create table b (id int); update lease set epoch = 8")
			_, err := up(t, address, files(t, "0001_a.sql", file), migrate.Options{Fence: fence})
			fencedOff(t, err, address)
			if exists(t, conn, "a") || exists(t, conn, "i") || exists(t, conn, "readme_ops.migrations") {
				t.Error("something was applied")
			}
		})
	}
}

// The lock is lost while the file runs: its last statement before the commit sees that.
func TestUp_commitsNothingWhenTheLockIsLostOnTheWay(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"in a transaction": "create table a (id int);\ncreate table c (id int);",
		"outside":          "-- readme-ops: no-transaction\nvacuum b;",
	} {
		t.Run(name, func(t *testing.T) {
			address := database(t)
			conn := connect(t, address)
			fence := lease(t, conn)
			exec(t, conn, "create table b (id int)")
			check := fence.Check
			fence.Check = func(ctx context.Context, q migrate.Querier) error {
				err := check(ctx, q)
				exec(t, conn, "update lease set epoch = 8") // right after it was looked at
				return err
			}
			_, err := up(t, address, files(t, "0001_a.sql", file), migrate.Options{Fence: fence})
			fencedOff(t, err, address)
			if s := status(t, address, files(t, "0001_a.sql", file)); exists(t, conn, "a") || len(s.Pending) != 1 {
				t.Errorf("something was applied: %+v", s)
			}
		})
	}
}

func TestUp_stopsAFileOutsideATransactionBetweenItsStatements(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	fence := lease(t, conn)
	exec(t, conn, "create table a (id int)")
	all := files(t, "0001_a.sql", "-- readme-ops: no-transaction\ncreate index concurrently i on a (id);\ncreate index concurrently j on a (id);")
	_, err := up(t, address, all, migrate.Options{Fence: fence, Say: func(line string) {
		if strings.Contains(line, " 1/2: ") {
			exec(t, conn, "update lease set epoch = 8")
		}
	}})
	f := fault(t, err, address)
	if !exists(t, conn, "i") || exists(t, conn, "j") || f.Exit != release.ExitNotPutBack || !strings.Contains(f.Title, "another release has taken over") {
		t.Errorf("i %v, j %v, %s", exists(t, conn, "i"), exists(t, conn, "j"), show(f))
	}
}

// From its last statement to its commit, nobody can take the lock from a migration.
func TestUp_holdsTheLockUntilItHasCommitted(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn, thief := connect(t, address), connect(t, address)
	fence := lease(t, conn)
	hold, stolen := fence.Hold, make(chan error, 1)
	fence.Hold = func(ctx context.Context, q migrate.Querier) error {
		if err := hold(ctx, q); err != nil {
			return err
		}
		go func() {
			var applied bool
			_, err := thief.Exec(context.WithoutCancel(ctx), "update lease set epoch = 8")
			err = errors.Join(err, thief.QueryRow(context.WithoutCancel(ctx), "select to_regclass('a') is not null").Scan(&applied))
			if err == nil && !applied {
				err = errors.New("the lock was taken before the commit")
			}
			stolen <- err
		}()
		until(t, conn, "select count(*) = 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
		return nil
	}
	if _, err := up(t, address, files(t, "0001_a.sql", "create table a (id int);"), migrate.Options{Fence: fence}); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-stolen:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the lock was never held")
	}
}

// That the lock's row cannot be read is no proof that somebody else has it.
func TestUp_aLockThatCannotBeReadIsNotCalledLost(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := connect(t, address)
	fence := lease(t, conn)
	exec(t, conn, "drop table lease")
	_, err := up(t, address, files(t, "0001_a.sql", "create table a (id int);"), migrate.Options{Fence: fence, LockTimeout: time.Second})
	if f := fault(t, err, address); strings.Contains(f.Title, "taken over") || !strings.Contains(show(f), "lease") || exists(t, conn, "a") {
		t.Errorf("got %s", show(f))
	}
}
