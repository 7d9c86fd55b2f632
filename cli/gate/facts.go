package gate

import (
	"fmt"
	"slices"
	"time"

	"readme/cli/release"
	"readme/cli/spec"
)

// Facts are all that the gates of one environment are judged by.
type Facts struct {
	Env     string
	Box     bool // nothing of the environment is a vendor's own
	Commit  release.Commit
	Changed []string // the files that differ from the commit
	Tags    []string // of the commit, the highest version first
	Others  []string // the other tags of the clone, likewise
	Shallow bool     // the clone was cut off, and may lack tags
	Record  Record   // of the environment that requires.passed names
	Approve string   // the command that approves the plan by its digest
}

// Record is what is known of an environment's releases.
type Record struct {
	Runs   []Run    // the newest first, runs of the checks or the variables alone left out
	Looked []string // where it was looked, and where it could not be, in words
}

// Run is one run of a Record.
type Run struct {
	Name    string
	Commit  release.Commit
	Purpose string // as in release.Plan
	Box     bool
	Verdict release.Verdict
	Gone    bool // it has not ended, and no process is at work on it
	Without []string
	Ended   time.Time
}

// RunOf is a run by its state. gone says that no process is at work on it, which only an unended one's reader knows.
func RunOf(s *release.State, gone bool) Run {
	return Run{
		Name: s.Run, Commit: s.Plan.Commit, Purpose: s.Plan.Purpose, Box: s.Plan.Box, Verdict: s.Verdict(), Gone: gone,
		Without: s.Without(), Ended: s.Ended,
	}
}

// Green is the release that brought what is live: the newest one that was called released, or the one that a rollback by
// hand has gone back to since. ok is false where there is none. What the box plays and what is real are two worlds: box
// says which one is asked about.
func (r Record) Green(box bool) (green Run, ok bool) {
	var back *release.Commit // what a rollback by hand has gone back to
	for _, run := range r.Runs {
		switch {
		case run.Box != box || run.Verdict != release.Released:
		case run.Purpose == release.Rollback && back == nil:
			back = &run.Commit
		case run.Purpose == "" && (back == nil || run.Commit.String() == back.String()):
			return run, true
		}
	}
	return Run{}, false
}

// released finds the release of exactly this commit, and the rollback that has taken it back since, if one has.
func (r Record) released(c release.Commit, box bool) (green, back *Run) {
	var after *Run // the released run that followed
	for _, run := range r.Runs {
		if run.Box != box || run.Verdict != release.Released {
			continue
		}
		if run.Purpose == "" && run.Commit.String() == c.String() {
			if after == nil || after.Purpose != release.Rollback || after.Commit.String() == c.String() {
				return &run, nil
			}
			back = after
		}
		after = &run
	}
	return nil, back
}

// under finds the newest run of exactly this commit that has not ended.
func (r Record) under(c release.Commit, box bool) *Run {
	i := slices.IndexFunc(r.Runs, func(run Run) bool {
		return run.Box == box && run.Purpose == "" && run.Commit.String() == c.String() &&
			(run.Verdict == release.Going || run.Verdict == release.Paused)
	})
	if i < 0 {
		return nil
	}
	return &r.Runs[i]
}

// Tells says what the record has instead of what is looked for in it, and where it was looked.
func (r Record) Tells(box bool) []string {
	const few = 3
	var out []string
	for _, run := range r.Runs[:min(few, len(r.Runs))] {
		line := fmt.Sprintf("run %s: %s, %s", run.Name, run.Commit.Short(), run.Verdict)
		if run.Purpose == release.Rollback {
			line += " (a rollback)"
		}
		switch {
		case run.Box && !box:
			line += ", in the box, which proves nothing for a real environment"
		case !run.Box && box:
			line += ", at the real vendors"
		}
		out = append(out, line)
	}
	return append(out, r.Looked...)
}

// Stand reports whether an environment has any gate.
func Stand(r spec.Requires) bool { return r.Passed != "" || r.Clean || len(r.Any) > 0 }
