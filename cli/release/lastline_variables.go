package release

import (
	"fmt"
	"strings"
)

// variablesLine is the last line of a run that only writes variables. It says what people forget: what runs does not have them yet.
func (s *State) variablesLine() string {
	took := Took(s.Ended.Sub(s.Started).Milliseconds())
	where := s.Plan.Project + " in " + s.Plan.Where()
	switch s.Verdict() {
	case Released:
		var services []string
		for _, st := range s.Steps {
			if st.Status == Done {
				services = append(services, strings.TrimPrefix(st.Step.ID, "variables of "))
			}
		}
		return fmt.Sprintf("wrote the variables of %s in %s (%s); what runs keeps the old ones until readme-ops release",
			where, strings.Join(services, ", "), took)
	case NotStarted:
		return "did not write the variables of " + where + ": not approved, nothing was changed"
	case Stopped:
		return "did not write the variables of " + where + ": nothing was changed (" + took + ")"
	case PutBack, Left, Unproven:
		return "did not write all variables of " + where + ": what was written stays (" + took + ")"
	case Paused:
		return "writing the variables of " + where + " is paused: " + s.Paused + "; readme-ops resume continues it"
	case Superseded:
		return "writing the variables of " + where + " was not finished: " + s.Superseded
	case Going:
	}
	return "writing the variables of " + where + " has not ended"
}
