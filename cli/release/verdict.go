package release

// Verdict is a run in one word.
type Verdict string

// The verdicts.
const (
	Going      Verdict = "running"
	Paused     Verdict = "paused" // cut off on purpose after it changed something: resume continues it
	Superseded Verdict = "superseded"
	Unproven   Verdict = "unproven" // a check failed that this run is not to blame for: what it brought stays, and is not called released
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
	case s.Superseded != "":
		return Superseded
	case !s.Over && s.Paused != "":
		return Paused
	case !s.Over:
		return Going
	case s.Stopping == "" && s.allDone():
		return Released
	case s.stands() && s.Moved():
		return Unproven
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

// stands reports whether something failed, and none of it was a reason to put anything back.
func (s *State) stands() bool {
	stood := false
	for _, st := range s.Steps {
		if st.Status == Failed && st.Step.Kind != KindCleanup {
			if st.Stands == "" {
				return false
			}
			stood = true
		}
	}
	return stood && !s.Rollback && s.Signal == ""
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
	case Left, Going, Paused, Unproven, Superseded:
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
