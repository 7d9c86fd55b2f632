package release

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Status is where a step stands.
type Status string

// The statuses. Unchanged and skipped steps never run.
const (
	Pending   Status = "pending"
	Running   Status = "running"
	Done      Status = "done"
	Failed    Status = "failed"
	Skipped   Status = "skipped"
	Cancelled Status = "cancelled"
	Unchanged Status = "unchanged"
)

// saidLines is how many of a step's last lines State keeps.
const saidLines = 20

// State is a run as its events tell it: fold(events). Each reader folds its own; a State is not safe for two goroutines.
type State struct {
	Run      string
	Plan     Plan
	Started  time.Time
	Ended    time.Time
	Last     int64 // the Seq of the last event folded
	Approved bool
	Denied   bool
	Stopping string // why nothing new is started; "" while all is well
	Signal   string // interrupt or terminated, if one was received
	Rollback bool   // putting back has begun
	Over     bool   // RunDone was seen

	Steps []*StepState // in plan order
	index map[string]*StepState
}

// StepState is one step of a State.
type StepState struct {
	Step    Step
	Status  Status
	Started time.Time
	Ended   time.Time
	TookMS  int64
	Text    string            // what StepDone said, or why it was skipped or cancelled
	Doing   string            // the last StepStill's word
	Outputs map[string]string // the plan's, then those of StepDone
	Record  json.RawMessage
	Intents []json.RawMessage
	Said    []string // the last lines
	Checks  []CheckResult
	Retries int
	Fault   *Fault
	Undo    UndoState
}

// UndoState is how the putting back of one step stands. Status is "" when there was none.
type UndoState struct {
	Status Status
	TookMS int64
	Text   string
	Kept   string
	Fault  *Fault
}

// Fold gives the state after events.
func Fold(events []Event) *State {
	s := &State{}
	for _, e := range events {
		s.Apply(e)
	}
	return s
}

// Step finds a step by its ID; nil if there is none.
func (s *State) Step(id string) *StepState { return s.index[id] }

// Apply folds one more event.
func (s *State) Apply(e Event) {
	s.Last = e.Seq
	switch b := e.Body.(type) {
	case RunStarted:
		s.start(e, b)
	case Approved:
		s.Approved = true
	case Denied:
		s.Denied = true
	case RunStopping:
		s.Stopping, s.Signal = b.Why, b.Signal
	case RollbackStarted:
		s.Rollback = true
	case RunDone:
		s.Over, s.Ended = true, e.At
	case StepStarted, StepIntent, StepSaid, StepStill, StepRetried, StepDone, StepFailed, StepSkipped, StepCancelled, CheckResult:
		if st := s.index[e.Step]; st != nil {
			st.apply(e)
		}
	}
}

func (s *State) start(e Event, b RunStarted) {
	s.Run, s.Plan, s.Started = e.Run, b.Plan, e.At
	s.Steps, s.index = nil, map[string]*StepState{}
	for _, step := range b.Plan.Steps {
		st := &StepState{Step: step, Status: Pending, Outputs: map[string]string{}}
		maps.Copy(st.Outputs, step.Outputs)
		switch step.Change {
		case ChangeNone:
			st.Status, st.Text = Unchanged, step.Why
		case ChangeSkip:
			st.Status, st.Text = Skipped, step.Why
		case ChangeCreate, ChangeUpdate, ChangeRun:
		}
		s.Steps = append(s.Steps, st)
		s.index[step.ID] = st
	}
}

func (st *StepState) apply(e Event) {
	switch b := e.Body.(type) {
	case StepStarted:
		if b.Undo {
			st.Undo.Status = Running
			return
		}
		st.Status, st.Started = Running, e.At
	case StepIntent:
		if !b.Undo {
			st.Intents = append(st.Intents, b.Data)
		}
	case StepSaid:
		st.Said = append(st.Said, b.Text)
		if n := len(st.Said); n > saidLines {
			st.Said = st.Said[n-saidLines:]
		}
	case StepStill:
		st.Doing = b.Doing
	case StepRetried:
		st.Retries++
	case CheckResult:
		st.Checks = append(st.Checks, b)
	case StepSkipped:
		st.Status, st.Text, st.Ended = Skipped, b.Why, e.At
	case StepDone:
		st.done(e, b)
	case StepFailed:
		st.failed(e, b)
	case StepCancelled:
		st.cancelled(e, b)
	case RunStarted, Approved, Denied, RunStopping, RollbackStarted, RunDone:
	}
}

func (st *StepState) done(e Event, b StepDone) {
	if b.Undo {
		st.Undo = UndoState{Status: Done, TookMS: b.TookMS, Text: b.Text, Kept: b.Kept}
		return
	}
	st.Status, st.TookMS, st.Text, st.Ended, st.Record = Done, b.TookMS, b.Text, e.At, b.Record
	maps.Copy(st.Outputs, b.Outputs)
}

func (st *StepState) failed(e Event, b StepFailed) {
	if b.Undo {
		st.Undo = UndoState{Status: Failed, TookMS: b.TookMS, Fault: &b.Fault}
		return
	}
	st.Status, st.TookMS, st.Ended, st.Fault = Failed, b.TookMS, e.At, &b.Fault
}

func (st *StepState) cancelled(e Event, b StepCancelled) {
	if b.Undo {
		st.Undo = UndoState{Status: Cancelled, TookMS: b.TookMS, Text: b.Why}
		return
	}
	st.Status, st.TookMS, st.Text, st.Ended = Cancelled, b.TookMS, b.Why, e.At
}

// Touched reports whether the step may have done something: it ran to its end, or was about to have an effect.
func (st *StepState) Touched() bool {
	return st.Status == Done || len(st.Intents) > 0
}

// Verdict is a run in one word.
type Verdict string

// The verdicts.
const (
	Going      Verdict = "running"
	Released   Verdict = "released"
	NotStarted Verdict = "not started"   // denied
	PutBack    Verdict = "rolled back"   // failed, and everything that it changed was put back
	Stopped    Verdict = "stopped"       // failed or interrupted before it changed anything
	Left       Verdict = "left as it is" // failed, and something that it changed was not put back
)

// Verdict computes the run's verdict. Released needs every step that could run to be done.
func (s *State) Verdict() Verdict {
	switch {
	case s.Denied:
		return NotStarted
	case !s.Over:
		return Going
	case s.Stopping == "" && s.allDone():
		return Released
	case s.notPutBack():
		return Left
	case s.Rollback:
		return PutBack
	}
	return Stopped
}

func (s *State) allDone() bool {
	for _, st := range s.Steps {
		switch st.Status {
		case Done, Unchanged:
		case Skipped:
			if st.Step.Change != ChangeSkip { // skipped by the plan is said aloud; skipped at run time is a failure's shadow
				return false
			}
		case Failed:
			if st.Step.Kind != KindCleanup { // a cleanup that fails is reported and does not undo a good release
				return false
			}
		case Pending, Running, Cancelled:
			return false
		}
	}
	return true
}

func (s *State) notPutBack() bool {
	for _, st := range s.Steps {
		if st.Undo.Status == Failed || st.Undo.Status == Cancelled || st.Undo.Status == Running {
			return true
		}
		if st.Changed() && st.Undo.Status == "" {
			return true
		}
	}
	return false
}

// Changed reports whether the step may have changed something that stays until it is put back. What a check makes is
// its cleanup's matter.
func (st *StepState) Changed() bool {
	return st.Touched() && !st.Step.Proves()
}

// Exit computes the exit code of the run by the table of this package.
func (s *State) Exit() int {
	switch s.Verdict() {
	case Released:
		return ExitDone
	case NotStarted:
		return ExitApproval
	case Left, Going:
		return ExitNotPutBack
	case PutBack, Stopped:
	}
	switch {
	case s.Signal == "interrupt":
		return ExitInterrupted
	case s.Signal != "":
		return ExitTerminated
	case s.failedCheck():
		return ExitSmokeFailed
	}
	return ExitStepFailed
}

// failedCheck reports whether what failed was a smoke check and nothing else.
func (s *State) failedCheck() bool {
	found := false
	for _, st := range s.Steps {
		if st.Status != Failed || st.Step.Kind == KindCleanup {
			continue
		}
		if st.Step.Kind != KindCheck {
			return false
		}
		found = true
	}
	return found
}

// Without lists what the plan skipped, such as the client where Node is missing: never passed, always said.
func (s *State) Without() []string {
	var ids []string
	for _, st := range s.Steps {
		if st.Step.Change == ChangeSkip && st.Step.Kind == KindDeploy {
			ids = append(ids, st.Step.ID)
		}
	}
	return ids
}

// LastLine is the run in one sentence, the last that a person sees.
func (s *State) LastLine() string {
	if s.Plan.Purpose == Smoke {
		return s.smokeLine()
	}
	what := fmt.Sprintf("%s@%s", s.Plan.Project, s.Plan.Commit.Short())
	to := " to " + s.Plan.Where()
	why := ": "
	if s.Signal != "" {
		why = ": interrupted, "
	}
	took := Took(s.Ended.Sub(s.Started).Milliseconds())
	switch s.Verdict() {
	case Released:
		line := "released " + what + to + " in " + took
		if without := s.Without(); len(without) > 0 {
			line += ", without the " + strings.Join(without, " and the ")
		}
		return line
	case NotStarted:
		return "did not release " + what + to + ": not approved, nothing was changed"
	case PutBack:
		return "did not release " + what + to + why + "what it changed was put back (" + took + ")"
	case Stopped:
		return "did not release " + what + to + why + "nothing was changed (" + took + ")"
	case Left:
		return "did not release " + what + to + why + "NOT everything was put back, a person is needed (" + took + ")"
	case Going:
	}
	return "the release of " + what + to + " has not ended"
}

// smokeLine is the last line of a run that only looked.
func (s *State) smokeLine() string {
	passed, failed, other := 0, 0, 0
	for _, st := range s.Steps {
		switch {
		case st.Step.Kind != KindCheck:
		case st.Status == Done:
			passed++
		case st.Status == Failed:
			failed++
		default:
			other++
		}
	}
	line := fmt.Sprintf("%d of %d checks passed in %s", passed, passed+failed+other, s.Plan.Where())
	if failed == 0 && other == 0 {
		line = fmt.Sprintf("all %d checks passed in %s", passed, s.Plan.Where())
	}
	return line + " (" + Took(s.Ended.Sub(s.Started).Milliseconds()) + ")"
}
