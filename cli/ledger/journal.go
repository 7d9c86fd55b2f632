// Package ledger is the record of runs: one journal file a run, a line of JSON an event.
package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"readme/cli/release"
)

// Journal is the record of one run while it is written. It is the engine's first sink, and not safe for two goroutines.
type Journal struct {
	file   file
	path   string
	broken error // after a failed write nothing more is written: a gap would make the whole record unreadable

	before []release.Event // what it held when it was opened, until a Record has it
}

// file is what a Journal needs of an *os.File.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

// Create begins the journal of a run in dir, which it makes if it is not there. The file is readable by its owner only, and a
// run that has one already is an error.
func Create(dir, run string) (*Journal, error) {
	path, err := journalPath(dir, run)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create journal: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create journal: %w", err)
	}
	// A lock that falls with us tells readers who is at work from who was killed. Where there are no locks, none is missed.
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err := syncDir(dir); err != nil { // or a crash of the machine could lose the name of the file
		return nil, errors.Join(fmt.Errorf("create journal: %w", err), f.Close())
	}
	return &Journal{file: f, path: path}, nil
}

// Path is where the journal is.
func (j *Journal) Path() string { return j.path }

// Write appends the events, in one write, and makes sure that they are on the disk if one of them matters to a resume. After an error every
// further Write fails with it.
func (j *Journal) Write(batch []release.Event) error {
	_, err := j.append(batch)
	return err
}

// append is Write and gives the lines, also where they could not be written.
func (j *Journal) append(batch []release.Event) ([]line, error) {
	if j.broken != nil {
		return nil, j.broken
	}
	lines, err := encode(batch)
	if err != nil {
		return nil, j.fail(err)
	}
	var text bytes.Buffer
	for _, l := range lines {
		text.WriteString(l.text)
		text.WriteByte('\n')
	}
	if _, err := j.file.Write(text.Bytes()); err != nil {
		return lines, j.fail(err)
	}
	if durable(batch) {
		if err := j.file.Sync(); err != nil {
			return lines, j.fail(err)
		}
	}
	return lines, nil
}

func (j *Journal) fail(err error) error {
	if _, named := errors.AsType[*fs.PathError](err); !named {
		err = fmt.Errorf("%s: %w", j.path, err)
	}
	j.broken = fmt.Errorf("write journal: %w", err)
	return j.broken
}

// Close ends the writing.
func (j *Journal) Close() error {
	if j.broken == nil {
		j.broken = j.closed()
	}
	if err := j.file.Close(); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

func (j *Journal) closed() error { return fmt.Errorf("write journal: %s: %w", j.path, fs.ErrClosed) }

// durable reports whether one of the events matters.
func durable(batch []release.Event) bool {
	return slices.ContainsFunc(batch, func(e release.Event) bool { return matters(e.Body) })
}

// matters reports whether a resume or an undo would go wrong without the event. The rest may be lost with the machine. The start of a
// step is among them because of what has no intent of its own: a check that posts, a cleanup, settings that are given back. None
// of them begins for a run that has lost the lock.
func matters(b release.Body) bool {
	switch b.(type) {
	case release.RunStarted, release.Approved, release.Denied, release.StepStarted, release.StepIntent, release.StepDone, release.StepFailed,
		release.StepSkipped, release.StepCancelled, release.RunStopping, release.RollbackStarted, release.RunDone,
		release.RunPaused, release.RunResumed, release.RunSuperseded:
		return true
	case release.StepSaid, release.StepStill, release.StepRetried, release.CheckResult:
	}
	return false
}

const suffix = ".jsonl"

func journalPath(dir, run string) (string, error) {
	if !release.ValidRun(run) {
		return "", fmt.Errorf("%q is not the name of a run", run)
	}
	return filepath.Join(dir, run+suffix), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
