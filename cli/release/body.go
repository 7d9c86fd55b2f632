package release

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Body is what an event says: a closed set, so that a view which forgets a kind fails lint.
//
//sumtype:decl
type Body interface {
	// Kind is the stable name of the kind in JSON.
	Kind() string
	// String is one plain sentence, without the step's name.
	String() string
	body()
}

// RunStarted opens a run and carries the whole plan, so that a journal explains itself.
type RunStarted struct {
	Plan    Plan   `json:"plan"`
	By      string `json:"by"`      // user@host
	Program string `json:"program"` // the version of readme-ops
	PID     int    `json:"pid"`
	CI      string `json:"ci,omitempty"`     // the URL of the CI run that started it
	Reason  string `json:"reason,omitempty"` // why, where a person has to say so: of a rollback
}

// Approved says who agreed to the plan with this digest, and how: "box", "--yes", "--approve", "terminal".
type Approved struct {
	By         string   `json:"by"`
	How        string   `json:"how"`
	Digest     string   `json:"digest"`
	BreakGlass string   `json:"break_glass,omitempty"` // the reason that was given for going past gates
	Waived     []string `json:"waived,omitempty"`      // which gates that were, in words
}

// Denied ends a run before anything moved.
type Denied struct {
	By  string `json:"by"`
	Why string `json:"why"`
}

// StepStarted says that a step, or its undo, has begun.
type StepStarted struct {
	Undo bool `json:"undo,omitempty"`
}

// StepIntent is written before a side effect and says what is needed to recognise it afterwards: our key, the ids
// that existed before, the vendor's date. Data belongs to the step's kind.
type StepIntent struct {
	Undo bool            `json:"undo,omitempty"`
	Text string          `json:"text"` // "upload 1.2 MB to railway service api"
	Data json.RawMessage `json:"data,omitempty"`
}

// StepSaid is a line that a step or something that it started has said.
type StepSaid struct {
	Undo bool   `json:"undo,omitempty"`
	Text string `json:"text"`
	From string `json:"from,omitempty"` // "build", "stderr"; "" for the step itself
}

// StepStill says that a step is alive though it has nothing new to tell.
type StepStill struct {
	Undo   bool   `json:"undo,omitempty"`
	TookMS int64  `json:"took_ms"`
	Doing  string `json:"doing,omitempty"` // "BUILDING"
}

// StepRetried says that an attempt failed and another one follows.
type StepRetried struct {
	Undo    bool   `json:"undo,omitempty"`
	Attempt int    `json:"attempt"` // the one that failed, from 1
	WaitMS  int64  `json:"wait_ms"`
	Why     string `json:"why"`
}

// StepDone is a step's result. Outputs may be referred to by later steps; Record is what its undo needs.
type StepDone struct {
	Undo    bool              `json:"undo,omitempty"`
	TookMS  int64             `json:"took_ms"`
	Text    string            `json:"text"` // "1 migration applied"
	Outputs map[string]string `json:"outputs,omitempty"`
	Record  json.RawMessage   `json:"record,omitempty"`
	Kept    string            `json:"kept,omitempty"` // for an undo: what stays although the release is put back
}

// StepFailed is a step's failure.
type StepFailed struct {
	Undo   bool  `json:"undo,omitempty"`
	TookMS int64 `json:"took_ms"`
	Fault  Fault `json:"fault"`
	// Stands says why this failure is no reason to put anything back, such as a check of what the run did not touch; "" otherwise.
	Stands string `json:"stands,omitempty"`
}

// StepSkipped says that a step did not run and will not.
type StepSkipped struct {
	Why string `json:"why"`
}

// StepCancelled says that a step was stopped because the run was.
type StepCancelled struct {
	Undo   bool   `json:"undo,omitempty"`
	TookMS int64  `json:"took_ms"`
	Why    string `json:"why"`
}

// CheckResult is one attempt of a smoke check. The verdict is StepDone or StepFailed.
type CheckResult struct {
	Attempt  int    `json:"attempt"` // from 1
	OK       bool   `json:"ok"`
	TookMS   int64  `json:"took_ms"`
	Saw      string `json:"saw,omitempty"` // "200 OK", "3 log lines"
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
}

// RunStopping says that nothing new is started any more, and why: a failure or a signal.
type RunStopping struct {
	Why    string `json:"why"`
	Signal string `json:"signal,omitempty"` // "interrupt" or "terminated"
}

// RollbackStarted says that what this run changed is being put back: the steps, in the order of their undo.
type RollbackStarted struct {
	Why   string   `json:"why"`
	Steps []string `json:"steps"`
}

// RunDone ends a run. The verdict and the exit code are not in it: they are computed from State.
type RunDone struct {
	TookMS int64 `json:"took_ms"`
}

// Kind names.
func (RunStarted) Kind() string      { return "run_started" }
func (Approved) Kind() string        { return "approved" }
func (Denied) Kind() string          { return "denied" }
func (StepStarted) Kind() string     { return "step_started" }
func (StepIntent) Kind() string      { return "step_intent" }
func (StepSaid) Kind() string        { return "step_said" }
func (StepStill) Kind() string       { return "step_still" }
func (StepRetried) Kind() string     { return "step_retried" }
func (StepDone) Kind() string        { return "step_done" }
func (StepFailed) Kind() string      { return "step_failed" }
func (StepSkipped) Kind() string     { return "step_skipped" }
func (StepCancelled) Kind() string   { return "step_cancelled" }
func (CheckResult) Kind() string     { return "check_result" }
func (RunStopping) Kind() string     { return "run_stopping" }
func (RollbackStarted) Kind() string { return "rollback_started" }
func (RunDone) Kind() string         { return "run_done" }

func (RunStarted) body()      {}
func (Approved) body()        {}
func (Denied) body()          {}
func (StepStarted) body()     {}
func (StepIntent) body()      {}
func (StepSaid) body()        {}
func (StepStill) body()       {}
func (StepRetried) body()     {}
func (StepDone) body()        {}
func (StepFailed) body()      {}
func (StepSkipped) body()     {}
func (StepCancelled) body()   {}
func (CheckResult) body()     {}
func (RunStopping) body()     {}
func (RollbackStarted) body() {}
func (RunDone) body()         {}

func (b RunStarted) String() string {
	what, at := "release of", "to "
	switch b.Plan.Purpose {
	case Smoke:
		what, at = "smoke checks of", "in "
	case Rollback:
		what, at = "rollback of", "in "
	case Variables:
		what, at = "variables of", "in "
	}
	return fmt.Sprintf("%s %s@%s %s started by %s", what, b.Plan.Project, b.Plan.Commit.Short(), at+b.Plan.Where(), b.By)
}

func (b Approved) String() string {
	text := fmt.Sprintf("approved by %s (%s)", b.By, b.How)
	if b.BreakGlass != "" {
		text += fmt.Sprintf(", past %s, because: %s", strings.Join(b.Waived, " and "), b.BreakGlass)
	}
	return text
}

func (b Denied) String() string { return fmt.Sprintf("not approved by %s: %s", b.By, b.Why) }
func (b StepStarted) String() string {
	if b.Undo {
		return "putting back"
	}
	return "started"
}
func (b StepIntent) String() string { return b.Text }
func (b StepSaid) String() string   { return b.Text }
func (b StepStill) String() string {
	if b.Doing != "" {
		return fmt.Sprintf("still %s after %s", b.Doing, Took(b.TookMS))
	}
	return "still at it after " + Took(b.TookMS)
}

func (b StepRetried) String() string {
	return fmt.Sprintf("attempt %d failed (%s), again in %s", b.Attempt, b.Why, Took(b.WaitMS))
}

func (b StepDone) String() string {
	text := cmp.Or(b.Text, "done")
	if b.Undo {
		text = "put back: " + text
	}
	if b.Kept != "" {
		text += ", kept: " + b.Kept
	}
	return fmt.Sprintf("%s (%s)", text, Took(b.TookMS))
}

func (b StepFailed) String() string {
	switch {
	case b.Undo:
		return fmt.Sprintf("NOT put back, failed after %s: %s", Took(b.TookMS), b.Fault.Error())
	case b.Stands != "":
		return fmt.Sprintf("failed after %s: %s; nothing is undone for it: %s", Took(b.TookMS), b.Fault.Error(), b.Stands)
	}
	return fmt.Sprintf("failed after %s: %s", Took(b.TookMS), b.Fault.Error())
}
func (b StepSkipped) String() string { return "skipped: " + b.Why }
func (b StepCancelled) String() string {
	if b.Undo {
		return "NOT put back, cancelled: " + b.Why
	}
	return "cancelled: " + b.Why
}

func (b CheckResult) String() string {
	verdict := "failed"
	if b.OK {
		verdict = "passed"
	}
	text := fmt.Sprintf("attempt %d %s in %s", b.Attempt, verdict, Took(b.TookMS))
	switch {
	case !b.OK && b.Expected != "":
		return fmt.Sprintf("%s: expected %s, got %s", text, b.Expected, cmp.Or(b.Actual, "nothing"))
	case b.Saw != "":
		return text + ": " + b.Saw
	}
	return text
}
func (b RunStopping) String() string { return "stopping: " + b.Why }
func (b RollbackStarted) String() string {
	return fmt.Sprintf("putting back %s: %s", strings.Join(b.Steps, ", "), b.Why)
}
func (b RunDone) String() string { return "ended after " + Took(b.TookMS) }

// Took writes a duration for people: 120ms, 4.1s, 2m05s, 1h02m.
func Took(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", ms)
	case d.Round(100*time.Millisecond) < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}
