package view_test

import (
	"strings"
	"testing"

	"readme/cli/release"
	"readme/cli/view"
)

// What a write of variables has written stays, so one that failed was not rolled back, whatever the verdict of a release would be.
func TestHistory_namesAWriteOfVariablesForWhatItIs(t *testing.T) {
	write := func(steps ...release.Status) string {
		state := &release.State{Over: true, Plan: release.Plan{Purpose: release.Variables, Env: "dev"}}
		for _, status := range steps {
			if status == release.Failed {
				state.Stopping, state.Rollback = "variables of api failed", true
			}
			state.Steps = append(state.Steps, &release.StepState{Status: status, Step: release.Step{Kind: release.KindVariables, Change: release.ChangeUpdate}})
		}
		return view.History([]view.HistoryRow{{Run: "r", State: state}}, view.Style{})
	}
	if got := write(release.Unchanged); !strings.Contains(got, "variables written") {
		t.Errorf("a good one: got %s", got)
	}
	if got := write(release.Failed); !strings.Contains(got, "write failed") || strings.Contains(got, "rolled back") {
		t.Errorf("a failed one: got %s", got)
	}
}
