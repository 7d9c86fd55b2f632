package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"readme/cli/release"
)

// Status is how a database stands beside the files.
type Status struct {
	Applied    []Applied   // what is on record and finished, by version
	Pending    []Migration // files that are not on record, by version
	Edited     []Edited    // files whose content is not what was applied
	Deleted    []Applied   // on record, and there is no such file
	OutOfOrder []Migration // those of Pending whose number is below one that is applied
	Unfinished []Applied   // begun outside a transaction, and not known to have ended
}

// Edited is a file that was changed after it was applied.
type Edited struct {
	Migration Migration
	Applied   Applied
}

// statusTimeout bounds the few reads of Status.
const statusTimeout = time.Minute

// ReadStatus reads the record in a read-only transaction and compares it with the files. It creates nothing.
func ReadStatus(ctx context.Context, url release.Secret, files []Migration) (Status, error) {
	a, err := parse(url)
	if err != nil {
		return Status{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	conn, err := a.connect(ctx, "readme-ops status", nil)
	if err != nil {
		return Status{}, err
	}
	defer leave(ctx, conn)
	var record []Applied
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		record, err = readRecord(ctx, tx)
		return err
	})
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return Status{}, context.Cause(ctx)
	}
	if err != nil {
		return Status{}, a.unreadable(err)
	}
	return compare(record, files), nil
}

func (a address) unreadable(err error) error {
	f := &release.Fault{
		Title: "the record of migrations cannot be read", Exit: release.ExitStepFailed, Cause: err,
		Evidence: []release.Evidence{{Label: "Postgres at " + a.server(), Lines: []string{a.scrub(lastCause(err))}}},
		Try:      "readme-ops doctor",
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "42501" {
		f.Detail = a.url.User.Username() + " may not read schema readme_ops; use the role that owns it"
	}
	return f
}

func compare(record []Applied, files []Migration) Status {
	var s Status
	newest := int64(-1)
	byVersion := map[int64]Applied{}
	for _, r := range record {
		byVersion[r.Version] = r
		newest = max(newest, r.Version)
		if r.Started {
			s.Unfinished = append(s.Unfinished, r)
		} else {
			s.Applied = append(s.Applied, r)
		}
	}
	for _, m := range files {
		r, applied := byVersion[m.Version]
		delete(byVersion, m.Version)
		switch {
		case !applied:
			s.Pending = append(s.Pending, m)
			if m.Version < newest {
				s.OutOfOrder = append(s.OutOfOrder, m)
			}
		case r.SHA256 != m.SHA256:
			s.Edited = append(s.Edited, Edited{Migration: m, Applied: r})
		}
	}
	for _, r := range record {
		if _, missing := byVersion[r.Version]; missing {
			s.Deleted = append(s.Deleted, r)
		}
	}
	return s
}

// Check returns what forbids to go on, as release.Faults, or nil.
func (s Status) Check() error {
	var faults release.Faults
	for _, r := range s.Unfinished {
		faults = append(faults, unfinished(r))
	}
	for _, e := range s.Edited {
		faults = append(faults, edited(e.Migration, e.Applied))
	}
	for _, r := range s.Deleted {
		faults = append(faults, &release.Fault{
			Title:    fmt.Sprintf("%s is applied, and the file is not here", r.Name),
			Detail:   "the database is ahead of this commit, or the file was deleted or renamed",
			Evidence: []release.Evidence{{Label: "on record", Lines: []string{r.String()}}},
			Try:      "git log --oneline --all -- '*" + r.Name + "'", Exit: release.ExitInvalid,
		})
	}
	applied, last := s.newest()
	for i, m := range s.OutOfOrder {
		faults = append(faults, &release.Fault{
			Title:  m.Name + " comes too late",
			Detail: fmt.Sprintf("migration %d is applied already, and a file with a lower number would run after it; give it the next number", applied),
			Where:  &release.Place{File: m.File}, Exit: release.ExitInvalid,
			Try: fmt.Sprintf("git mv %s %s", m.File, strings.TrimSuffix(m.File, m.Name)+renumbered(m.Name, last+1+int64(i))),
		})
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// newest gives the highest number that is applied, and the highest of all.
func (s Status) newest() (applied, all int64) {
	for _, r := range slices.Concat(s.Applied, s.Unfinished) {
		applied = max(applied, r.Version)
	}
	all = applied
	for _, m := range s.Pending {
		all = max(all, m.Version)
	}
	return applied, all
}

// String is one line for people.
func (a Applied) String() string {
	text := a.Name + ", " + a.At.UTC().Format("2006-01-02 15:04:05 UTC")
	if len(a.Commit) >= 7 {
		text += ", commit " + a.Commit[:7]
	}
	if a.Release != "" {
		text += ", release " + a.Release
	}
	return text
}

func edited(m Migration, r Applied) *release.Fault {
	return &release.Fault{
		Title:  m.Name + " was changed after it was applied",
		Detail: "what the database holds is not what the file says; put the file back, and write the change as a new migration",
		Where:  &release.Place{File: m.File}, Exit: release.ExitInvalid,
		Evidence: []release.Evidence{
			{Label: "on record", Lines: []string{r.String()}},
			{Label: "sha256", Lines: []string{"applied: " + r.SHA256, "file:    " + m.SHA256}},
		},
		Try: "git log -p -- " + m.File,
	}
}

func unfinished(r Applied) *release.Fault {
	return &release.Fault{
		Title: r.Name + " was begun, and nobody knows how it ended",
		Detail: "its statements run outside a transaction, so some may be done and others not. " +
			"Look at the database, undo what is there (an index that is not valid must be dropped), then forget the record and run it again",
		Evidence: []release.Evidence{{Label: "on record", Lines: []string{r.String()}}},
		Try:      fmt.Sprintf(`psql "$DATABASE_URL" -c 'delete from readme_ops.migrations where version = %d and started'`, r.Version),
		Exit:     release.ExitNotPutBack,
	}
}
