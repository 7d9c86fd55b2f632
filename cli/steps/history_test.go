package steps_test

import (
	"encoding/json"
	"testing"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

// was is a run that has brought a deployment of the api, as its record tells it; goal is the run that a rollback went to.
func was(t *testing.T, run, deployment, goal string, status release.Status) *release.State {
	t.Helper()
	s := release.Step{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate, Precondition: "live="}
	p := release.Plan{Env: "dev"}
	if goal != "" {
		inputs, err := json.Marshal(plan.RestoreInputs{Name: "api", Run: goal})
		if err != nil {
			t.Fatal(err)
		}
		p.Purpose, s.Kind, s.Inputs = release.Rollback, release.KindRestore, inputs
	}
	p.Steps = []release.Step{s}
	st := &release.StepState{Step: s, Status: status, Outputs: map[string]string{"deployment": deployment}}
	return &release.State{Run: run, Plan: p, Over: true, Approved: true, Steps: []*release.StepState{st}, Failed: status == release.Failed}
}

func TestHistory_goesBackToWhatWasLiveBefore(t *testing.T) {
	t.Parallel()
	first, second := was(t, "1", "a", "", release.Done), was(t, "2", "b", "", release.Done)
	back := was(t, "3", "a2", "1", release.Done)
	third := was(t, "4", "c", "", release.Done)
	for name, c := range map[string]struct {
		runs []*release.State // the newest first
		live string
		want string
	}{
		"of two releases to the first":                    {[]*release.State{second, first}, "b", "1"},
		"of one to nothing":                               {[]*release.State{first}, "a", ""},
		"never to a release that failed":                  {[]*release.State{third, was(t, "2", "b", "", release.Failed), first}, "c", "1"},
		"after a way back, not forth again":               {[]*release.State{back, second, first}, "a2", ""},
		"twice":                                           {[]*release.State{was(t, "5", "b2", "2", release.Done), third, second, first}, "b2", "1"},
		"from a stranger's to the last release":           {[]*release.State{second, first}, "x", "2"},
		"to what was gone back to, not to what was wrong": {[]*release.State{third, back, second, first}, "c", "3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := steps.NewHistory(c.runs).Back(map[string]provider.Deployment{"api": {ID: c.live}})
			if got == nil != (c.want == "") || got != nil && got.Run != c.want {
				t.Errorf("got %+v, want %q", got, c.want)
			}
		})
	}
}
