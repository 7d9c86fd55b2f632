package steps_test

import (
	"context"
	"encoding/json"
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

// firstPromote is the transport of a process that dies when the vendor has taken its first promote, and counts all of them.
type firstPromote struct {
	*death
	to    http.RoundTripper
	count *int
}

func (p firstPromote) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.to.RoundTrip(r)
	if r.Method != http.MethodPost || !strings.Contains(r.URL.Path, "/promote/") {
		return resp, err
	}
	*p.count++
	if *p.count > 1 || err != nil {
		return resp, err
	}
	_ = resp.Body.Close()
	return nil, p.die()
}

func TestPromote_thatIsStillOnItsWayIsWaitedForAndNotSentAgain(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
		d, promotes := &death{after: true}, 0
		open := func(wrap func(http.RoundTripper) http.RoundTripper) (*steps.World, func()) {
			return v.open(func(to http.RoundTripper) http.RoundTripper { return firstPromote{d, wrap(to), &promotes} })
		}
		exits(v.T, survives(v.T, "run-2", v.order("two"), open, d), release.ExitDone)
		if promotes != 1 || v.page() != "two hello" || !d.gone() {
			v.Errorf("it was promoted %d times, and the domain shows %q", promotes, v.page())
		}
	})
}

func TestPromote_thatIsStillOnItsWayIsNotTakenForNothingByWhoeverCloses(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
		p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: v.order("two")}
		p.Steps[1].Needs = []string{p.Steps[0].ID}
		d, promotes := &death{}, 0
		record := &journal{death: d}
		o := engine.Options{Run: "run-2", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{record}}
		ctx, cancel := context.WithCancel(v.Context())
		defer cancel()
		d.kill = cancel
		w, closeAll := v.open(func(to http.RoundTripper) http.RoundTripper { return firstPromote{d, to, &promotes} })
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
		s, err := engine.Close(v.Context(), p, actions, o, "another commit is released")
		if err != nil {
			v.Fatal(err)
		}
		if st := s.Step("promote client"); st.Status != release.Done || v.page() != "two hello" {
			v.Errorf("the domain shows %q, and the promote is %s: %s", v.page(), st.Status, st.Text)
		}
	})
}

func TestRecorded_isWhatServedBeforeTheFirstIntentAndTheDeploymentOfTheLast(t *testing.T) {
	before, id, err := steps.Recorded(
		json.RawMessage(`{"before":{"ID":"old"}}`), json.RawMessage(`{"before":{"ID":"old"},"id":"one"}`),
		json.RawMessage(`{"before":{"ID":"one"},"id":"two"}`), // done again, when the first one served already
	)
	if before != "old" || id != "two" || err != nil {
		t.Errorf("got %q, %q, %v", before, id, err)
	}
}
