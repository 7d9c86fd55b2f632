package ledger

import (
	"context"
	"errors"
	"io/fs"

	"github.com/jackc/pgx/v5"
)

// Replay brings to the database what only the journal of a run has, such as the end of a run while the database was away. l is our lease, of whatever run. A *ConflictError
// says that the run went on elsewhere, ErrWritten that it goes on here, and a run of another environment is left alone.
func (d Database) Replay(ctx context.Context, l *Lease, dir, run string) error {
	if d.None() {
		return nil
	}
	there, err := d.Events(ctx, run)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	j, here, err := Open(dir, run)
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // nothing was written to it
	if _, err := Merge(here, there); err != nil {
		return err
	}
	f := &feed{db: d, lease: l, path: j.path}
	f.fold(here)
	if f.state.Plan.Env != d.Env || len(here) <= len(there) {
		return nil
	}
	if f.waiting, err = tail(j.path, int64(len(there))+1); err != nil {
		return err
	}
	return d.with(ctx, "replay the record", func(ctx context.Context, conn *pgx.Conn) error {
		f.conn = conn
		return f.send(ctx)
	})
}
