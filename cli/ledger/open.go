package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"readme/cli/release"
)

// ErrWritten says that another process is writing the journal.
var ErrWritten = errors.New("another process on this machine is at work on this run")

// Open goes on with the journal of a run and gives what it holds. A last line that was cut off is cut away. fs.ErrNotExist where there is no journal, ErrWritten where
// somebody is writing it.
func Open(dir, run string) (*Journal, []release.Event, error) {
	path, err := journalPath(dir, run)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open journal: %w", err)
	}
	events, err := proceed(f, path)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open journal: %w", err), f.Close())
	}
	return &Journal{file: f, path: path, before: events}, events, nil
}

// proceed locks the file, reads it, and makes it end with a whole line.
func proceed(f *os.File, path string) ([]release.Event, error) {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%s: %w", path, ErrWritten)
	}
	events, err := decode(f, path)
	cut, isCut := errors.AsType[*CutError](err)
	if !isCut {
		return events, err
	}
	if err := f.Truncate(cut.whole); err != nil {
		return nil, err
	}
	return events, f.Sync()
}

// Resume goes on with a run that may have been written elsewhere, too: it opens its journal, or makes one, adds to it what only the database has, and
// gives the events of both. What only the journal has goes to the database with the Record's first write. Where the two differ it gives nothing but a *ConflictError, in a Fault.
// A run that neither has is fs.ErrNotExist. ctx is for reading the database; one that is away is an error.
func Resume(ctx context.Context, dir, run string, d Database) (*Journal, []release.Event, error) {
	there, err := d.Events(ctx, run)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	j, here, err := Open(dir, run)
	if errors.Is(err, fs.ErrNotExist) && len(there) > 0 {
		j, err = Create(dir, run)
	}
	if err != nil {
		return nil, nil, err
	}
	all, err := Merge(here, there)
	if err == nil && len(all) > len(here) {
		err = j.Write(all[len(here):])
	}
	if _, conflict := errors.AsType[*ConflictError](err); conflict {
		err = split(err, j.path)
	}
	if err != nil {
		return nil, nil, errors.Join(err, j.Close())
	}
	j.before = all
	return j, all, nil
}

// split is for a run that went on in two places: a person has to look which one is right.
func split(err error, path string) *release.Fault {
	return &release.Fault{
		Title:  "this machine's record of the run differs from the environment's",
		Detail: err.Error() + ". The environment's is the one that counts; put the journal of this machine aside to go on with it",
		Try:    "mv " + release.ShellWord(path) + " " + release.ShellWord(path+".aside"),
		Exit:   release.ExitNotPutBack,
		Cause:  err,
	}
}

// Dead reports whether the process that wrote a run is known to be gone: its journal is in dir, was begun, and nobody is writing it.
func Dead(dir, run string) bool {
	events, err := Read(dir, run)
	if _, cut := errors.AsType[*CutError](err); err != nil && !cut {
		return false
	}
	return len(events) > 0 && !written(dir, run)
}

// Orphaned is for AcquireOver: a holder is dead if it was on this machine, host, and was the last to write its run's journal in dir, which nobody
// writes any more. A run that began here may have been resumed elsewhere: on another machine, or from another checkout on this one.
func Orphaned(dir, host string) func(Holder) bool {
	return func(h Holder) bool {
		return h.Host == host && host != "" && Dead(dir, h.Run) && writer(dir, h.Run) == h.PID
	}
}

// writer is the process that began to write a run's journal last, 0 where nobody can tell.
func writer(dir, run string) (pid int) {
	events, err := Read(dir, run)
	if _, cut := errors.AsType[*CutError](err); err != nil && !cut {
		return 0
	}
	for _, e := range events {
		switch b := e.Body.(type) { //nolint:gochecksumtype // the two kinds that name a process
		case release.RunStarted:
			pid = b.PID
		case release.RunResumed:
			pid = b.PID
		}
	}
	return pid
}
