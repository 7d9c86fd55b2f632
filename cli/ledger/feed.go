package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"readme/cli/release"
)

// At most so much goes into one statement.
const (
	mostLines = 1000
	mostBytes = 4 << 20
)

// feed brings lines of a run's journal to the database, over a connection that it makes anew when it breaks.
type feed struct {
	db    Database
	lease *Lease
	path  string // of the journal
	conn  *pgx.Conn

	waiting []line // what the journal has and the database lacks, as far as we know
	started release.RunStarted
	state   release.State
	noted   release.Verdict // what stands in the row of the run; "" if that may be nothing
}

// take adds events that are in the journal.
func (f *feed) take(batch []release.Event, lines []line) {
	f.fold(batch)
	f.waiting = append(f.waiting, lines...)
}

// fold follows the run, for its row.
func (f *feed) fold(events []release.Event) {
	for _, e := range events {
		if b, ok := e.Body.(release.RunStarted); ok {
			f.started = b
		}
		f.state.Apply(e)
	}
}

// send brings everything that waits to the database.
func (f *feed) send(ctx context.Context) error {
	if f.conn == nil || f.conn.IsClosed() {
		conn, err := f.db.Dial(ctx)
		if err != nil {
			return unreached(err)
		}
		f.conn = conn
	}
	for len(f.waiting) > 0 {
		part := portion(f.waiting)
		reply, err := f.put(ctx, part)
		switch {
		case err != nil:
			return err
		case !reply.held:
			return ErrFenced
		case reply.clash != 0:
			return &ConflictError{Run: f.state.Run, Seq: reply.clash}
		case reply.last+1 < part[0].seq:
			if err := f.fetch(reply.last + 1); err != nil {
				return err
			}
		default:
			f.waiting = f.waiting[len(part):]
			f.noted = f.verdict()
		}
	}
	return nil
}

// fetch puts the journal's lines from number first on before those that wait.
func (f *feed) fetch(first int64) error {
	older, err := tail(f.path, first)
	if err != nil {
		return &brokenError{err}
	}
	if len(older) == 0 || older[0].seq != first {
		return &brokenError{fmt.Errorf("event %d of run %s is neither in the database nor in %s", first, f.state.Run, f.path)}
	}
	f.waiting = older // all that waits is in the journal
	return nil
}

// verdict is what the row of the run is to say after the next portion: a run that is not yet there whole is going on.
func (f *feed) verdict() release.Verdict {
	if len(portion(f.waiting)) < len(f.waiting) {
		return release.Going
	}
	return f.state.Verdict()
}

func portion(lines []line) []line {
	size := 0
	for i, l := range lines {
		size += len(l.text)
		if i > 0 && (size > mostBytes || i == mostLines) {
			return lines[:i]
		}
	}
	return lines
}

// reply is what the statement of put found.
type reply struct {
	held  bool  // the lease was ours, and still is
	last  int64 // the run's last event in the database before
	clash int64 // the first event that stands there with another content; 0: none
}

// put inserts the lines in one statement: only while our lease holds, which it locks FOR SHARE so that nobody takes it over in between; only if none stands there with
// another content; and only where they leave no gap. Lines that are there already are none to insert, so it can be repeated. The row of the
// run is written when its verdict changes.
func (f *feed) put(ctx context.Context, lines []line) (reply, error) {
	seqs, kinds, texts := make([]int64, len(lines)), make([]string, len(lines)), make([]string, len(lines))
	for i, l := range lines {
		seqs[i], kinds[i], texts[i] = l.seq, l.kind, l.text
	}
	verdict := f.verdict()
	p, b := f.state.Plan, f.started
	var r reply
	err := f.conn.QueryRow(ctx, putStatement, plain,
		f.db.Env, f.lease.Holder().Epoch, f.state.Run, seqs, kinds, texts, lines[0].seq,
		verdict != f.noted, string(verdict), f.state.Over || f.state.Denied,
		p.Purpose, p.Commit.String(), p.Digest, b.By, f.lease.Holder().Host, b.Program, b.CI).Scan(&r.held, &r.last, &r.clash)
	return r, err
}

// durably makes the commit of its statement wait for the disk where the database's do not: an intent or an epoch that a crash of the server undoes would be
// none.
const durably = `durably as materialized (
	select case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end
)`

// The clock is read in mine, outside the lease's own expression, so after its lock was waited for.
const putStatement = `with ` + durably + `, lease as materialized (
	select expires_at from readme_ops.leases where env = $1::text and epoch = $2::bigint for share
), mine as materialized (
	select count(*) = 1 as held from lease where expires_at > clock_timestamp()
), given as materialized (
	select * from unnest($4::bigint[], $5::text[], $6::text[]) as g(seq, kind, line)
), had as materialized (
	select coalesce(max(seq), 0) as last from readme_ops.events where run = $3::text
), clash as materialized (
	select coalesce(min(g.seq), 0) as seq from given g join readme_ops.events e on e.run = $3::text and e.seq = g.seq where e.line <> g.line
), go as materialized (
	select had.last from mine, had, clash where mine.held and clash.seq = 0 and $7::bigint <= had.last + 1
), put as (
	insert into readme_ops.events (run, seq, kind, line)
	select $3::text, g.seq, g.kind, g.line from given g, go where g.seq > go.last
), note as (
	insert into readme_ops.runs as r (run, env, purpose, commit, digest, by, host, program, ci, verdict, ended_at)
	select $3::text, $1::text, $11::text, $12::text, $13::text, $14::text, $15::text, $16::text, $17::text, $9::text,
		case when $10::boolean then clock_timestamp() end
	from go where $8::boolean
	on conflict (run) do update set verdict = excluded.verdict, ended_at = excluded.ended_at
)
select mine.held, had.last, clash.seq from mine, had, clash, durably`

// final reports whether an error of send will not go away by itself: the lock is gone, or the record is not ours to go on with.
func final(err error) bool {
	_, conflict := errors.AsType[*ConflictError](err)
	_, broken := errors.AsType[*brokenError](err)
	return conflict || broken || errors.Is(err, ErrFenced)
}

// line is an event as journal and database keep it.
type line struct {
	seq  int64
	kind string
	text string // without its end
}

// clean is for a text that goes to Postgres, which takes nothing but UTF-8.
func clean(raw []byte) string { return strings.ToValidUTF8(string(raw), "\uFFFD") }
