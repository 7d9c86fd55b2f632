package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"readme/cli/release"
)

// SQLSTATEs that are looked at; see appendix A of the Postgres manual.
const (
	undefinedTable  = "42P01"
	undefinedSchema = "3F000"
	noRights        = "42501"
	readOnly        = "25006"
	diskFull        = "53100"
)

// unreached marks the error of a dial. An address that is none is no absence: waiting does not mend it.
func unreached(err error) error {
	if f, ok := errors.AsType[*release.Fault](err); ok && f.Exit == release.ExitInvalid || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", release.ErrAway, err)
}

// failed puts an error of the database in words: what was to be done, and where a person can mend it, how.
func (d Database) failed(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	what += " of " + d.Env
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return fmt.Errorf("%s: %w", what, context.Canceled)
	}
	if ours(err) {
		return fmt.Errorf("%s: %w", what, err)
	}
	pg, answered := errors.AsType[*pgconn.PgError](err)
	if !answered || passing(pg) {
		return fmt.Errorf("%s: %w: %w", what, release.ErrAway, err)
	}
	return d.refused(what, pg)
}

// ours reports whether the error says already what it has to say.
func ours(err error) bool {
	if _, held := errors.AsType[*HeldError](err); held {
		return true
	}
	if _, conflict := errors.AsType[*ConflictError](err); conflict {
		return true
	}
	if _, fault := errors.AsType[*release.Fault](err); fault {
		return true
	}
	_, broken := errors.AsType[*brokenError](err)
	return broken || errors.Is(err, release.ErrAway) || errors.Is(err, ErrFenced) || errors.Is(err, fs.ErrNotExist)
}

// passing reports whether the server said no more than that it cannot answer now: it is going down, it is full, our deadline came.
func passing(pg *pgconn.PgError) bool {
	return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57") || pg.Code == "53300" || pg.Code == "XX000"
}

// lasting reports whether the server will say the same again.
func lasting(err error) bool {
	pg, answered := errors.AsType[*pgconn.PgError](err)
	return answered && strings.HasPrefix(pg.Code, "42")
}

// missing reports whether there is no schema yet.
func missing(err error) bool {
	pg, answered := errors.AsType[*pgconn.PgError](err)
	return answered && (pg.Code == undefinedTable || pg.Code == undefinedSchema)
}

// refused is for a server that answers and does not do it.
func (d Database) refused(what string, pg *pgconn.PgError) *release.Fault {
	f := &release.Fault{
		Title:    "the record of " + d.Env + " in its Postgres cannot be used",
		Detail:   "it was to " + what,
		Evidence: []release.Evidence{{Label: "the server says", Lines: []string{pg.Error()}}},
		Try:      "readme-ops doctor --env " + release.ShellWord(d.Env),
		Exit:     release.ExitStepFailed,
		Cause:    pg,
	}
	switch pg.Code {
	case noRights:
		f.Detail += "; the role of DATABASE_URL has no right to: it must own schema readme_ops, or be allowed to create it"
	case readOnly:
		f.Detail += "; the database is read-only: a standby, or one that ran out of disk"
	case diskFull:
		f.Detail += "; the server's disk is full"
	case undefinedTable, undefinedSchema:
		f.Detail += "; its tables are gone"
	}
	return f
}

// brokenError is a record in the database that cannot be read.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }
