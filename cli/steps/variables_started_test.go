package steps_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
	"readme/cli/steps"
)

// starter is a vendor that deploys what is live once more when its variables are written.
type starter struct{ shelf }

func (s *starter) SetVariables(ctx context.Context, vars []provider.NewVariable) error {
	if err := s.shelf.SetVariables(ctx, vars); err != nil {
		return err
	}
	s.live = "started1"
	return &railway.StartedError{Service: "api", Deployment: "started1"}
}

// A deployment that the vendor starts with our own write is no stranger's: the deploy that follows goes through. Any other one is.
func TestVariables_thatStartADeploymentDoNotStopTheRelease(t *testing.T) {
	for live, exit := range map[string]int{"": release.ExitDone, "somebodys": release.ExitStepFailed} {
		synctest.Test(t, func(t *testing.T) {
			w, s, _, write := pushing(t)
			h := &starter{*s}
			w.Hosts["api"] = h
			list := []release.Step{write, step(t, release.KindDeploy, "api", "live=old", plan.DeployInputs{To: "railway", Name: "api", Commit: "c-new"})}
			if live != "" {
				w.Hosts["api"] = &overtakenBy{h, live}
			}
			state := carryOut(t, w, "run-1", list)
			exits(t, state, exit)
			if text := state.Step(write.ID).Text; !strings.Contains(text, "railway has started deployment started1 with them") {
				t.Error(text)
			}
		})
	}
}

// overtakenBy is one of which somebody deploys after our write.
type overtakenBy struct {
	*starter

	by string
}

func (o *overtakenBy) SetVariables(ctx context.Context, vars []provider.NewVariable) error {
	err := o.starter.SetVariables(ctx, vars)
	o.live = o.by
	return err
}

// Whoever resumes writes over what its own run has left half-done, and over nothing that somebody else has written since.
func TestVariables_areNotWrittenOverSomebodyElsesByWhoeverResumes(t *testing.T) {
	w, s, _, one := pushing(t)
	s.has["URL"] = provider.Variable{Name: "URL", Value: secret("url-of-somebody"), Readable: true}
	exits(t, takenUp(t, w, one, `{"fingerprints":{}}`), release.ExitStepFailed)
	if len(s.writes) != 0 {
		t.Errorf("%d writes", len(s.writes))
	}
}

// The process before has written it, so that it did not change now.
func TestVariables_thatWereWrittenBeforeTheKillNeedNotMove(t *testing.T) {
	w, s, n, _ := pushing(t)
	s.has["TOKEN"] = provider.Variable{Name: "TOKEN", Sensitive: true}
	set := []plan.VariableChange{{
		Name: "TOKEN", Op: plan.OpChange, Seen: "a value that nobody can read", Was: n.key.Of("TOKEN", secret("was")), Will: n.key.Of("TOKEN", secret("token-canary")),
	}}
	one := step(t, release.KindVariables, plan.VariablesStep("api"), plan.VariablesPrecondition(set), plan.VariablesInputs{To: "vercel", Name: "api", Set: set})
	s.fails = &provider.UnmovedError{Vendor: "vercel", Service: "api", Names: []string{"TOKEN"}}
	exits(t, takenUp(t, w, one, `{"fingerprints":{}}`), release.ExitDone)
}

func TestVariables_withoutAKeyAreNotNotedAndThatIsSaid(t *testing.T) {
	w, _, n, _ := pushing(t)
	w.Fingerprints, n.key = env.Key{}, env.Key{}
	set := []plan.VariableChange{{Name: "TOKEN", Op: plan.OpAdd, Seen: "nothing"}}
	one := step(t, release.KindVariables, plan.VariablesStep("api"), plan.VariablesPrecondition(set), plan.VariablesInputs{To: "railway", Name: "api", Set: set})
	state := carryOut(t, w, "run-1", []release.Step{one})
	exits(t, state, release.ExitDone)
	if text := state.Step(one.ID).Text; len(n.of) != 0 || !strings.Contains(text, "fingerprints are not kept") {
		t.Errorf("%s, noted %v", text, n.of)
	}
}

func TestReadVariables_ofAServiceWithoutADomainAreItsOwn(t *testing.T) {
	rows, err := reading(t, &drifter{vendor: newVendor("d1"), missing: []string{"public domain"}}, having("1"), nil)
	if err != nil || len(rows) == 0 || rows[0].Absent {
		t.Errorf("got %+v, %v", rows, err)
	}
}

var _ steps.VariableSetter = (*starter)(nil)
