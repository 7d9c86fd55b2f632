package engine

import (
	"encoding/json"
	"strings"
	"time"

	"readme/cli/release"
)

// Task is one step at work, or its undo: what its action may tell and ask. Its methods may be called from several
// goroutines until Do or Undo returns.
type Task struct {
	Step release.Step
	Run  string // the run's id, which marks what the run makes at the vendors
	Was  Was    // what an earlier process has recorded of this step, before it was cut off

	// Looks says that the step is only looked up: nobody goes on with its run, or not with this step. Nothing new may be done for it.
	Looks bool

	undo    bool
	mask    func(string) string
	said    func(release.Body)
	intend  func(release.StepIntent) error
	outputs func(step string) map[string]string
	doing   func(string)
}

// Say tells a line, or several. A line is cut at 4 KiB, and after 2,000 lines of a step the rest is not recorded. from is "" for the step itself, or the name of what said it: "build", "stderr".
func (t *Task) Say(from, text string) {
	if t.mask != nil {
		text = t.mask(text) // before it is cut into lines and a secret with it
	}
	for line := range strings.Lines(text) {
		t.said(release.StepSaid{Undo: t.undo, From: from, Text: cut(strings.TrimRight(line, "\r\n"))})
	}
}

// Doing says what the step waits for now, in a word such as the vendor's own status. It is shown while nothing else happens.
func (t *Task) Doing(what string) { t.doing(what) }

// Retried tells that an attempt failed and that the next one follows after wait.
func (t *Task) Retried(attempt int, wait time.Duration, why string) {
	t.said(release.StepRetried{Undo: t.undo, Attempt: attempt, WaitMS: wait.Milliseconds(), Why: why})
}

// Check tells one attempt of a smoke check.
func (t *Task) Check(r release.CheckResult) { t.said(r) }

// Intent puts on record what is about to be done, and returns when it is there. After an error the side effect must
// not be started. data is what undo and resume need to recognise the effect; it is encoded as JSON.
func (t *Task) Intent(text string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return t.intend(release.StepIntent{Undo: t.undo, Text: text, Data: raw})
}

// Outputs gives what a step is known to have put out, such as url: from the plan, or from its result. It is a copy.
func (t *Task) Outputs(step string) map[string]string { return t.outputs(step) }

// maxLine is how much of a line is recorded, in bytes.
const maxLine = 4 << 10

func cut(line string) string {
	const more = " …"
	if len(line) <= maxLine {
		return line
	}
	return strings.ToValidUTF8(line[:maxLine-len(more)], "") + more
}
