package steps_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/steps"
)

// diesAtPromote is the transport of a process that dies when it is about to move the domain.
type diesAtPromote struct {
	*death
	to http.RoundTripper
}

func (d diesAtPromote) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.gone() {
		return nil, errKilled
	}
	if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/promote/") {
		return nil, d.die()
	}
	return d.to.RoundTrip(r)
}

// keptOff lets a process die just before it moves the domain to a deployment that Vercel has kept off it, and gives the plan,
// the actions of another process, and the record.
func (v *atVercel) keptOff() (release.Plan, map[string]engine.Action, engine.Options) {
	v.Helper()
	exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
	exits(v.T, carryOut(v.T, v.w, "run-2", v.order("two"), fails), release.ExitSmokeFailed)
	hash := archive(v.T, v.w, map[string]string{"./page.txt": "three", "./package.json": "{}"})
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: []release.Step{
		step(v.T, release.KindDeploy, "client", "live="+v.serving(), plan.DeployInputs{
			To: "vercel", Name: "client", Archive: hash, Commit: "c-three", Tree: "t-three",
		}),
	}}
	d := &death{}
	record := &journal{death: d}
	o := engine.Options{Run: "run-3", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{record}}
	ctx, cancel := context.WithCancel(v.Context())
	defer cancel()
	d.kill = cancel
	w, closeAll := v.open(func(to http.RoundTripper) http.RoundTripper { return diesAtPromote{d, to} })
	defer closeAll()
	actions, err := steps.Actions(w, p)
	if err != nil {
		v.Fatal(err)
	}
	if _, err := engine.Run(ctx, p, actions, o); !d.gone() {
		v.Fatalf("it did not die: %v", err)
	}
	record.death, o.Resume = &death{}, record.events
	if actions, err = steps.Actions(v.w, p); err != nil {
		v.Fatal(err)
	}
	return p, actions, o
}

func TestVercel_theDomainIsNotMovedBeforeThatIsOnRecord(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		_, _, o := v.keptOff()
		last := ""
		for _, e := range o.Resume {
			if b, ok := e.Body.(release.StepIntent); ok {
				last = b.Text
			}
		}
		if !strings.HasPrefix(last, "put ") || !strings.HasSuffix(last, " on the domain") {
			v.Errorf("the last intent before the domain was to be moved: %q", last)
		}
	})
}

func TestVercel_whatWasKeptOffTheDomainIsPutThereByAResumeAndNotByWhoeverOnlyCloses(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		p, actions, o := v.keptOff()
		s, err := engine.Run(v.Context(), p, actions, o)
		if err != nil {
			v.Fatal(err)
		}
		exits(v.T, s, release.ExitDone)
		if v.page() != "three hello" || len(v.made("run-3")) != 1 {
			v.Errorf("the domain shows %q, and %d were made", v.page(), len(v.made("run-3")))
		}
	})
	onVercel(t, func(v *atVercel) {
		p, actions, o := v.keptOff()
		s, err := engine.Close(v.Context(), p, actions, o, "another commit is released")
		if err != nil {
			v.Fatal(err)
		}
		st := s.Step("client")
		if s.Verdict() != release.Superseded || v.page() != "one hello" || st.Status != release.Failed || !strings.Contains(st.Fault.Title, "not on its domain") {
			v.Errorf("%s: the domain shows %q, and the step is %s, %v", s.Verdict(), v.page(), st.Status, st.Fault)
		}
	})
}
