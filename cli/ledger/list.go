package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"readme/cli/release"
)

// Summary is one run of a list.
type Summary struct {
	Run   string
	State *release.State // the fold of its events; nil if the journal is broken or empty
	Gone  bool           // it has no end, and the process that wrote it is gone
	Cut   bool           // its last line was cut off: the run was killed, or is still going on
	Err   error          // why the journal cannot be read; a broken one never hides the others

	Ordinal int64 // its place in the order of its environment's database; 0 where only a journal has it
	Held    bool  // it holds its environment's lock now, as the database says
	Journal bool  // this machine has a journal of it
	Ahead   bool  // the journal has events that the database has not: see Replay

	last string // its last line in the database
}

// List gives all runs of dir, the newest first. A dir that is not there has none.
func List(dir string) ([]Summary, error) {
	runs, err := names(dir)
	if err != nil {
		return nil, err
	}
	list := make([]Summary, len(runs))
	for i, run := range runs {
		list[i] = summary(dir, run)
	}
	return list, nil
}

// Latest gives the newest release to env that can be read, nil if there is none: a run of the checks alone is none, nor is a plan that was denied. It reads no more journals than it needs to.
func Latest(dir, env string) (*release.State, error) {
	runs, err := names(dir)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		if s := summary(dir, run).State; s != nil && s.Plan.Env == env && s.Plan.Purpose != release.Smoke && !s.Denied {
			return s, nil
		}
	}
	return nil, nil
}

// names lists the runs of dir, the newest first: the name of a run begins with its time.
func names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var runs []string
	for _, e := range entries {
		if run, ok := strings.CutSuffix(e.Name(), suffix); ok && release.ValidRun(run) {
			runs = append(runs, run)
		}
	}
	slices.SortFunc(runs, func(a, b string) int { return cmp.Compare(b, a) })
	return runs, nil
}

func summary(dir, run string) Summary {
	s := Summary{Run: run, Journal: true}
	events, err := Read(dir, run)
	if _, cut := errors.AsType[*CutError](err); cut {
		s.Cut, err = true, nil
	}
	s.Err = err
	if err == nil && len(events) > 0 {
		s.State = release.Fold(events)
		s.Gone = s.State.Verdict() == release.Going && !written(dir, run)
	}
	return s
}

// written reports whether a process is still writing the journal of a run. When in doubt it is.
func written(dir, run string) bool {
	path, err := journalPath(dir, run)
	if err != nil {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return true
	}
	defer f.Close() //nolint:errcheck // it was only read
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}
