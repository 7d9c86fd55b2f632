package steps_test

import (
	"testing"
	"time"

	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// Smoke checks are wanted most when something is wrong: neither the work tree nor the settings may be in their way.
func TestFacts_forALookAskOnlyWhatIsLive(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		d := spec.Deploy{Name: "api", To: "railway", Service: "api", Build: "ok", Start: "serve", Health: "/health"}
		archive(r.T, r.w, map[string]string{"./go.mod": "one"})
		s := planned(r.T, r.w, question(d, "one"))
		s.Deadline = 10 * time.Minute
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{s}), release.ExitDone)

		d.Source = "commit"
		q := question(d, "two")
		q.Release.Migrations.Dir, q.Release.Bucket = "no-such-folder", &spec.Bucket{Name: "books"}
		q.Subject.Commit.Dirty, q.Subject.Changed = "1234", []string{"api/main.go"}
		q.Matrix.Variables = append(q.Matrix.Variables, spec.Variable{Name: "REDIS_URL", Services: []string{"s"}})
		q.Looks = true
		facts, err := steps.Read(r.Context(), r.w, q)
		if err != nil {
			r.Fatal(err)
		}
		p, err := plan.Smoke(q.Release, q.Env, facts)
		if err != nil {
			r.Fatal(err)
		}
		api, _ := p.Step("api")
		if api.Outputs["deployment"] != r.live().ID || api.Outputs["commit"] != "c-one" || api.Outputs["url"] == "" {
			r.Errorf("got %v", api.Outputs)
		}
	})
}
