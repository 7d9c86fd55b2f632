package release

import (
	"errors"
	"fmt"
	"time"
)

// ErrAway is wrapped by a ledger that has kept a batch on this machine only, because the environment's Postgres does not
// answer: what is in flight may end, and nothing new may begin.
var ErrAway = errors.New("the environment's record cannot be reached")

// RunPaused says that this process does nothing more, and that the run is not over: resume continues it.
type RunPaused struct {
	Why string `json:"why"`
}

// RunResumed says that another process continues a run that was cut off or paused.
type RunResumed struct {
	By      string `json:"by"` // user@host
	Program string `json:"program"`
	PID     int    `json:"pid"`
	CI      string `json:"ci,omitempty"` // the URL of the CI run that continues it
}

// RunSuperseded closes an unfinished run that nobody will continue: what it left half-done has been looked up, and another
// run begins from there. RunDone follows.
type RunSuperseded struct {
	Why string `json:"why"`
}

// Kind names.
func (RunPaused) Kind() string     { return "run_paused" }
func (RunResumed) Kind() string    { return "run_resumed" }
func (RunSuperseded) Kind() string { return "run_superseded" }

func (RunPaused) body()     {}
func (RunResumed) body()    {}
func (RunSuperseded) body() {}

func (b RunPaused) String() string     { return "paused, and can be resumed: " + b.Why }
func (b RunResumed) String() string    { return fmt.Sprintf("resumed by %s", b.By) }
func (b RunSuperseded) String() string { return "will not be resumed: " + b.Why }

// Resumable reports whether another process may continue the run, if the one that began it is gone.
func (s *State) Resumable() bool {
	return !s.Over && !s.Denied && s.Superseded == "" && s.Run != "" && s.Plan.Purpose != Smoke
}

// Moved reports whether something that the run has changed, or may have changed, is not put back.
func (s *State) Moved() bool {
	for _, st := range s.Steps {
		if st.Changed() && st.Undo.Status != Done {
			return true
		}
	}
	return false
}

// resume brings the state to where another process begins: what was cut off is pending again, its intents kept, and so is
// what was skipped because the run was told to stop. A run that has failed stays failed, and goes on being put back.
func (s *State) resume() {
	s.Paused, s.Ended = "", time.Time{}
	failed := s.Rollback || s.failure() != ""
	if !s.Failed { // what stopped it does not bind whoever takes it up, and a failure that came later is a reason of its own
		s.Stopping, s.Signal = "", ""
	}
	for _, st := range s.Steps {
		if st.Undo.Status == Running || st.Undo.Status == Cancelled {
			st.Undo.Status = ""
		}
		cut := st.Status == Running || st.Status == Cancelled
		switch {
		case cut && (!failed || st.Step.Kind == KindCleanup):
			st.Status, st.Text, st.Doing = Pending, "", ""
		case cut:
			st.Status, st.Text = Cancelled, "it was cut off"
		case !failed && st.Status == Skipped && st.Step.Change != ChangeSkip:
			st.Status, st.Text = Pending, ""
		}
	}
}

// failure gives the step that failed the run, so that it is on its way back; "" if there is none.
func (s *State) failure() string {
	for _, st := range s.Steps {
		if st.Status == Failed && st.Step.Kind != KindCleanup {
			return st.Step.ID
		}
	}
	return ""
}
