package steps_test

import (
	"net/http"
	"testing"

	emulator "readme/cli/box/railway"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/steps"
)

// However the process is killed, all variables are there in the end, and no deployment was started for them.
func TestRailway_hasItsVariablesHoweverTheWriteIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		atOurs(t, func(r *atRailway, _ *emulator.Emulator) {
			exits(r.T, bring(r, "run-1", ways(r, 1)["upload"]()), release.ExitDone)
			before, given := len(r.brought()), map[string]release.Secret{"ADMIN_TOKEN": secret("token-2"), "URL": secret("url-2")}
			set := []plan.VariableChange{{Name: "ADMIN_TOKEN", Op: plan.OpAdd, Seen: "nothing"}, {Name: "URL", Op: plan.OpAdd, Seen: "nothing"}}
			one := step(r.T, release.KindVariables, plan.VariablesStep("api"), plan.VariablesPrecondition(set), plan.VariablesInputs{To: "railway", Name: "api", Set: set})
			s := survives(r.T, "run-2", []release.Step{one}, func(wrap func(http.RoundTripper) http.RoundTripper) (*steps.World, func()) {
				w, done := r.open(wrap)
				w.Values = given
				return w, done
			}, d)
			exits(r.T, s, release.ExitDone)
			has, err := r.Variables(r.Context(), "api")
			if err != nil {
				r.Fatal(err)
			}
			for name, want := range given {
				if has[name] == nil || *has[name] != want.Reveal() {
					r.Errorf("%s is not there", name)
				}
			}
			if n := len(r.brought()); n != before {
				r.Errorf("%d deployments, and there were %d", n, before)
			}
		})
	})
}
