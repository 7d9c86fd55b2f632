package migrate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/release"
)

// LockKey is the advisory lock of a transaction that applies a migration, one per database: "readmeop" in ASCII.
const LockKey int64 = 0x726561646d656f70

// takeLock takes the lock until tx ends. It asks again and again instead of waiting in the server, so that it can tell
// who holds it, and give up by its own clock.
func (r *runner) takeLock(ctx context.Context, tx pgx.Tx) error {
	deadline := time.Now().Add(r.options.LockWait)
	wait := 50 * time.Millisecond
	told := ""
	for {
		var got bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1)`, LockKey).Scan(&got); err != nil || got {
			return err
		}
		who, err := lockHolder(ctx, tx)
		if err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return r.lockHeld(who)
		}
		if who.pid != 0 && told != who.String() {
			told = who.String()
			r.options.Say("waiting for the migration lock, which " + told + " holds")
		}
		if err := pause(ctx, min(wait, time.Second)); err != nil {
			return err
		}
		wait *= 2
	}
}

func (r *runner) lockHeld(who holder) *release.Fault {
	return &release.Fault{
		Title:    "another migration is running",
		Detail:   "it did not end within " + release.Took(r.options.LockWait.Milliseconds()) + "; nothing was changed",
		Evidence: []release.Evidence{{Label: "who holds the lock", Lines: []string{who.String()}}},
		Try:      fmt.Sprintf(`psql "$DATABASE_URL" -c 'select * from pg_stat_activity where pid = %d'`, who.pid),
		Exit:     release.ExitLocked,
	}
}

// holder is a session that holds the lock, as far as our role may see it.
type holder struct {
	pid                   int32
	user, program, client string
	since                 *time.Time
}

func (h holder) String() string {
	if h.pid == 0 {
		return "somebody who has just let go"
	}
	parts := []string{"user " + h.user}
	if h.program != "" {
		parts = append(parts, h.program)
	}
	if h.client != "" {
		parts = append(parts, "from "+h.client)
	}
	if h.since != nil {
		parts = append(parts, "since "+h.since.UTC().Format("15:04:05 UTC"))
	}
	return fmt.Sprintf("process %d (%s)", h.pid, strings.Join(parts, ", "))
}

func lockHolder(ctx context.Context, q Querier) (holder, error) {
	var h holder
	err := q.QueryRow(ctx, `select a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(host(a.client_addr), ''), a.xact_start
		from pg_locks l join pg_stat_activity a on a.pid = l.pid
		where l.locktype = 'advisory' and l.granted and l.objsubid = 1
		and l.database = (select oid from pg_database where datname = current_database())
		and (l.classid::bigint << 32 | l.objid::bigint) = $1 limit 1`, LockKey).Scan(&h.pid, &h.user, &h.program, &h.client, &h.since)
	if errors.Is(err, pgx.ErrNoRows) {
		return holder{}, nil
	}
	return h, err
}
