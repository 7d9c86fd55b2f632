package view

import (
	"time"

	"readme/cli/release"
)

// Outcome is how a command has ended: all that the reports for CI are made from.
type Outcome struct {
	Command   string         // "release", "plan"
	Env       string         // "" where it is not known
	State     *release.State // of the run; nil where none began
	Plan      *release.Plan  // of a command that only plans
	Drift     []DriftRow     // of drift; nil for every other command, and where nobody could look
	Variables []VariableRow  // of env diff, likewise
	Faults    release.Faults // what kept the run from beginning, or broke it off
	Explained []Explained
	Exit      int
	Began     time.Time
	Ended     time.Time
}

// good reports whether what was asked for has happened.
func (o Outcome) good() bool {
	return o.Exit == release.ExitDone || (o.State == nil && o.Exit == release.ExitChanges)
}

// env is the environment, from whatever knows it.
func (o Outcome) env() string {
	switch {
	case o.State != nil && o.State.Plan.Env != "":
		return o.State.Plan.Env
	case o.Plan != nil:
		return o.Plan.Env
	}
	return o.Env
}

// headline is the outcome in one line.
func (o Outcome) headline() string {
	switch {
	case o.State != nil && len(o.State.Steps) > 0:
		return o.State.LastLine()
	case len(o.Faults) > 0:
		return o.Command + " did not begin: " + o.Faults[0].Title
	case o.Plan != nil:
		return counted(*o.Plan)
	case o.Drift != nil:
		return drifted(o.Drift, false) // what could not be looked at is a fault, above
	case o.Variables != nil:
		return countedVariables(o.Variables, false)
	case o.good():
		return o.Command + ": done"
	}
	return o.Command + " did not succeed"
}
