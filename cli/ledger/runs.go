package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"readme/cli/release"
)

// Events gives the events of a run, fs.ErrNotExist where the database has none.
func (d Database) Events(ctx context.Context, run string) ([]release.Event, error) {
	none := fmt.Errorf("read run %s: %w", run, fs.ErrNotExist)
	if d.None() {
		return nil, none
	}
	var events []release.Event
	err := d.with(ctx, "read run "+run, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `select line from readme_ops.events where run = $1::text order by seq`, plain, run)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		events, err = decodeLines(lines)
		return err
	})
	if missing(err) || (err == nil && len(events) == 0) {
		return nil, none
	}
	return events, err
}

// decodeLines reads a whole run.
func decodeLines(lines []string) ([]release.Event, error) {
	events := make([]release.Event, 0, len(lines))
	for _, l := range lines {
		var e release.Event
		err := json.Unmarshal([]byte(l), &e)
		if err == nil {
			err = follows(events, e)
		}
		if err != nil {
			return nil, &brokenError{fmt.Errorf("event %d in the database: %w", len(events)+1, err)}
		}
		events = append(events, e)
	}
	return events, nil
}

// Runs gives the last runs, the newest first by the order in which the database heard of them, at most limit. Where there is no schema there are
// none. Their states lack the lines that steps said. One that cannot be read has an Err and hides nothing.
func (d Database) Runs(ctx context.Context, limit int) ([]Summary, error) {
	if d.None() {
		return nil, nil
	}
	var runs []Summary
	err := d.with(ctx, "read the runs", func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `select r.run, r.ordinal,
				exists (select from readme_ops.leases l where l.run = r.run and l.expires_at > clock_timestamp()), e.line
			from (select run, ordinal from readme_ops.runs where env = $1::text order by ordinal desc limit $2::bigint) r
			join readme_ops.events e on e.run = r.run
			where e.kind not in ('step_said', 'step_still') or e.seq = (select max(seq) from readme_ops.events where run = r.run)
			order by r.ordinal desc, e.seq`, plain, d.Env, int64(limit))
		if err != nil {
			return err
		}
		runs, err = collect(rows)
		return err
	})
	if missing(err) {
		return nil, nil
	}
	return runs, err
}

// collect folds each run's rows, which stand together.
func collect(rows pgx.Rows) ([]Summary, error) {
	defer rows.Close()
	var runs []Summary
	for rows.Next() {
		var next Summary
		var text string
		if err := rows.Scan(&next.Run, &next.Ordinal, &next.Held, &text); err != nil {
			return nil, err
		}
		if len(runs) == 0 || runs[len(runs)-1].Run != next.Run {
			next.State = &release.State{}
			runs = append(runs, next)
		}
		s := &runs[len(runs)-1]
		s.last = text
		var e release.Event
		if err := json.Unmarshal([]byte(text), &e); err != nil && s.Err == nil {
			s.Err = fmt.Errorf("read run %s from the database: %w", s.Run, err)
		}
		if s.Err == nil {
			s.State.Apply(e)
		}
	}
	for i := range runs {
		s := &runs[i]
		if s.Err != nil {
			s.State = nil
		}
		s.Gone = !s.Held && s.State != nil && s.State.Verdict() == release.Going
	}
	return runs, rows.Err()
}
