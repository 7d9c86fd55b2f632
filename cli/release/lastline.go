package release

import (
	"fmt"
	"strings"
)

// LastLine is the run in one sentence, the last that a person sees.
func (s *State) LastLine() string {
	switch s.Plan.Purpose {
	case Smoke:
		return s.smokeLine()
	case Variables:
		return s.variablesLine()
	}
	what := fmt.Sprintf("%s@%s", s.Plan.Project, s.Plan.Commit.Short())
	to := " to " + s.Plan.Where()
	if s.Plan.Purpose == Rollback {
		return s.rollbackLine(to)
	}
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
	case Unproven:
		return "did not release " + what + to + ": a check failed that this release is not to blame for; what it brought stays (" + took + ")"
	case Paused:
		return "the release of " + what + to + " is paused: " + s.Paused + "; readme-ops resume continues it (" + took + ")"
	case Superseded:
		return "the release of " + what + to + " was not finished: " + s.Superseded
	case Going:
	}
	return "the release of " + what + to + " has not ended"
}

// rollbackLine is the last line of a rollback by hand.
func (s *State) rollbackLine(to string) string {
	took := Took(s.Ended.Sub(s.Started).Milliseconds())
	to = s.Plan.Project + strings.Replace(to, " to ", " in ", 1)
	switch s.Verdict() {
	case Released:
		return "rolled back " + to + " in " + took
	case NotStarted:
		return "did not roll back " + to + ": not approved, nothing was changed"
	case PutBack, Stopped:
		return "did not roll back " + to + ": it is as it was before (" + took + ")"
	case Left, Unproven:
		return "the rollback of " + to + " failed, a person is needed (" + took + ")"
	case Paused:
		return "the rollback of " + to + " is paused: " + s.Paused + "; readme-ops resume continues it"
	case Superseded:
		return "the rollback of " + to + " was not finished: " + s.Superseded
	case Going:
	}
	return "the rollback of " + to + " has not ended"
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
