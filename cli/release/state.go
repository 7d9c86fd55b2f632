package release

import (
	"encoding/json"
	"maps"
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
	Failed   bool   // what stops it is the failure of a step, not somebody who wants it to stop
	Rollback bool   // putting back has begun
	Over     bool   // RunDone was seen
	Paused   string // why the process that ran it left it as it is; "" while one is at work
	Resumed  int    // how often another process has taken it up

	Superseded string // why nobody will continue it

	By         string   // who began it, or took it up last: user@host
	CI         string   // the CI run's URL, where one did
	Reason     string   // why, where a person had to say so
	BreakGlass string   // the reason that was given for going past gates, "" if nobody did
	Waived     []string // which gates those were, in words

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
	Stands  string // why its failure is no reason to put anything back
	DoneSeq int64  // the Seq of its StepDone, 0 if there is none
	Undo    UndoState
}

// UndoState is how the putting back of one step stands. Status is "" when there was none.
type UndoState struct {
	Status Status
	TookMS int64
	Text   string
	Kept   string
	Fault  *Fault

	Intents []json.RawMessage
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
		s.Approved, s.BreakGlass, s.Waived = true, b.BreakGlass, b.Waived
	case Denied:
		s.Denied = true
	case RunStopping:
		s.Stopping, s.Signal = b.Why, b.Signal
		s.Failed = s.failure() != ""
	case RollbackStarted:
		s.Rollback, s.Failed = true, true
	case RunDone:
		s.Over, s.Ended = true, e.At
	case RunPaused:
		s.Paused, s.Ended = b.Why, e.At
	case RunResumed:
		s.Resumed++
		s.By, s.CI = b.By, b.CI
		s.resume()
	case RunSuperseded:
		s.Superseded = b.Why
	case StepStarted, StepIntent, StepSaid, StepStill, StepRetried, StepDone, StepFailed, StepSkipped, StepCancelled, CheckResult:
		if st := s.index[e.Step]; st != nil {
			st.apply(e)
		}
	}
}

func (s *State) start(e Event, b RunStarted) {
	s.Run, s.Plan, s.Started = e.Run, b.Plan, e.At
	s.By, s.CI, s.Reason = b.By, b.CI, b.Reason
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
		if b.Undo {
			st.Undo.Intents = append(st.Undo.Intents, b.Data)
			return
		}
		st.Intents = append(st.Intents, b.Data)
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
	case RunStarted, Approved, Denied, RunStopping, RollbackStarted, RunDone, RunPaused, RunResumed, RunSuperseded:
	}
}

func (st *StepState) done(e Event, b StepDone) {
	if b.Undo {
		st.Undo = UndoState{Status: Done, TookMS: b.TookMS, Text: b.Text, Kept: b.Kept, Intents: st.Undo.Intents}
		return
	}
	st.DoneSeq = e.Seq
	st.Status, st.TookMS, st.Text, st.Ended, st.Record = Done, b.TookMS, b.Text, e.At, b.Record
	maps.Copy(st.Outputs, b.Outputs)
}

func (st *StepState) failed(e Event, b StepFailed) {
	if b.Undo {
		st.Undo = UndoState{Status: Failed, TookMS: b.TookMS, Fault: &b.Fault, Intents: st.Undo.Intents}
		return
	}
	st.Status, st.TookMS, st.Ended, st.Fault = Failed, b.TookMS, e.At, &b.Fault
	st.Stands = b.Stands
}

func (st *StepState) cancelled(e Event, b StepCancelled) {
	if b.Undo {
		st.Undo = UndoState{Status: Cancelled, TookMS: b.TookMS, Text: b.Why, Intents: st.Undo.Intents}
		return
	}
	st.Status, st.TookMS, st.Text, st.Ended = Cancelled, b.TookMS, b.Why, e.At
}

// Touched reports whether the step may have done something: it ran to its end, or was about to have an effect.
func (st *StepState) Touched() bool {
	return st.Status == Done || len(st.Intents) > 0
}
