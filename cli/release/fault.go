package release

import (
	"errors"
	"fmt"
	"strings"
)

// The exit codes of readme-ops, one table. CI decides by them, so they never change their meaning.
const (
	ExitDone        = 0   // done
	ExitBug         = 1   // a bug of ours
	ExitUsage       = 2   // wrong usage
	ExitInvalid     = 3   // invalid release.yaml, envmatrix.yaml or migration
	ExitDrift       = 4   // parity or drift found
	ExitApproval    = 5   // approval missing or denied
	ExitStepFailed  = 6   // a step failed, what it changed was put back (or nothing was changed)
	ExitSmokeFailed = 7   // a smoke check failed, rolled back
	ExitLocked      = 8   // another release holds the lock
	ExitNotPutBack  = 9   // failed and not put back, or left resumable: a person is needed
	ExitChanges     = 10  // plan --exit-code and there are changes
	ExitTimeout     = 124 // timed out
	ExitInterrupted = 130 // SIGINT
	ExitTerminated  = 143 // SIGTERM
)

// Fault is an error written for a person at 2 a.m.: what happened, where, the evidence, and one command to try.
// It becomes one once, at the place that knows the person's next step; below that place errors are plain errors.
type Fault struct {
	Title    string     `json:"title"`              // one line in the step's own words, no full stop
	Detail   string     `json:"detail,omitempty"`   // the cause, in a sentence or a short paragraph
	Where    *Place     `json:"where,omitempty"`    // the line of a file that is to blame
	Evidence []Evidence `json:"evidence,omitempty"` // what was seen: status and request id, last log lines, expected and actual
	Try      string     `json:"try,omitempty"`      // one command to type
	Exit     int        `json:"exit,omitempty"`     // the exit code of a command that ends with this fault; 0: one of the table is computed from State
	Cause    error      `json:"-"`                  // for errors.Is and errors.As; its text is not shown
}

// Place is a position in a file. Line and Column count from 1; 0 means unknown.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String gives file:line:column, as far as they are known.
func (p Place) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Evidence is something seen, under a label: ("last log lines", [...]). Lines are shown as they are.
type Evidence struct {
	Label string   `json:"label"`
	Lines []string `json:"lines"`
}

// Error gives the place, the title and the detail on one line; a view renders the rest.
func (f *Fault) Error() string {
	var b strings.Builder
	if f.Where != nil {
		b.WriteString(f.Where.String() + ": ")
	}
	b.WriteString(f.Title)
	if f.Detail != "" {
		b.WriteString(": " + f.Detail)
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// Faults are several mistakes found at once, in the order in which a person would mend them.
type Faults []*Fault

// Error joins them, a line each.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each fault to errors.Is and errors.As.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

// AsFault returns err's own Fault, or one that says that this is a bug of ours: an error that nobody turned into
// a Fault on its way up is a case that nobody thought of.
func AsFault(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return &Fault{
		Title:  "something went wrong that readme-ops did not expect",
		Detail: err.Error(),
		Try:    "readme-ops doctor",
		Exit:   ExitBug,
		Cause:  err,
	}
}

// Aimed is the fault with a command to try that names the environment, if it looks at one and names none: whoever knew
// the next step did not always know where.
func (f *Fault) Aimed(env string) *Fault {
	switch f.Try {
	case "readme-ops doctor", "readme-ops status", "readme-ops plan", "readme-ops smoke":
		if env != "" {
			aimed := *f
			aimed.Try += " --env " + ShellWord(env)
			return &aimed
		}
	}
	return f
}
