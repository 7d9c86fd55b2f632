package steps_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

// vendor is a host in memory: deployments go through their states as they are read.
type vendor struct {
	made   time.Time // when what is live was
	live   string    // what serves
	states map[string][]provider.State
	n      int
	calls  []string

	refuse error // of Deploy
	other  bool  // somebody else's deployment serves in the end
}

func (v *vendor) say(format string, args ...any) {
	v.calls = append(v.calls, fmt.Sprintf(format, args...))
}

func (v *vendor) Live(context.Context) (provider.Deployment, error) {
	if v.live == "" {
		return provider.Deployment{}, nil
	}
	return provider.Deployment{ID: v.live, State: provider.Live, URL: "http://" + v.live, Created: v.made, Marker: provider.Marker{Commit: "c-" + v.live, Tree: "t"}}, nil
}

func (v *vendor) Deploy(_ context.Context, o steps.Order) (string, error) {
	if v.refuse != nil {
		return "", v.refuse
	}
	v.n++
	id := fmt.Sprintf("new%d", v.n)
	v.say("deploy %s %s", id, o.Marker.Commit)
	if _, ok := v.states[id]; !ok {
		v.states[id] = []provider.State{provider.Building, provider.Building, provider.Live}
	}
	return id, nil
}

func (v *vendor) Deployment(_ context.Context, id string) (provider.Deployment, error) {
	rest := v.states[id]
	if len(rest) == 0 {
		return provider.Deployment{}, fmt.Errorf("nobody knows %s", id)
	}
	now := rest[0]
	if len(rest) > 1 {
		v.states[id] = rest[1:]
	}
	if now == provider.Live {
		v.live = id
		if v.other {
			v.live = "somebody"
		}
	}
	return provider.Deployment{ID: id, State: now, Raw: strings.ToUpper(string(now)), Why: "because", URL: "http://" + id}, nil
}

func (v *vendor) BuildLogs(context.Context, string) ([]provider.LogLine, error) {
	return []provider.LogLine{{Text: "compiling"}, {Text: "syntax error: unexpected newline"}}, nil
}

func (v *vendor) Logs(context.Context, string, time.Time, string) ([]provider.LogLine, error) {
	return []provider.LogLine{{Text: "REDIS_URL is not set"}}, nil
}

// full adds the powers to go back and to remove.
type full struct{ *vendor }

func (v full) Restore(_ context.Context, to provider.Deployment, _ provider.Marker) (string, error) {
	v.say("restore %s", to.ID)
	v.states["again-"+to.ID] = []provider.State{provider.Building, provider.Live}
	return "again-" + to.ID, nil
}

func (v full) Remove(_ context.Context, id string) error {
	v.say("remove %s", id)
	v.states[id] = []provider.State{provider.Superseded}
	if v.live == id {
		v.live = ""
	}
	return nil
}

// failing is a check that never passes, so that everything before it is put back.
type failing struct{}

func (failing) Do(context.Context, *engine.Task) (release.StepDone, error) {
	return release.StepDone{}, &release.Fault{Title: "the check failed"}
}

func (failing) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}

type nowhere struct{}

func (nowhere) Write([]release.Event) error { return nil }

// run releases one service to h, in a bubble. With fail a check after it fails.
func run(t *testing.T, h steps.Host, precondition string, fail bool) *release.State {
	t.Helper()
	var state *release.State
	synctest.Test(t, func(t *testing.T) {
		in, _ := json.Marshal(plan.DeployInputs{To: "railway", Name: "api", Commit: "c-new"})
		p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: []release.Step{
			{ID: "api", Kind: release.KindDeploy, Title: "deploy api to railway", Change: release.ChangeUpdate, Inputs: in, Precondition: precondition},
		}}
		w := &steps.World{Poll: time.Second, Hosts: map[string]steps.Host{"api": h}}
		actions, err := steps.Actions(w, p)
		if err != nil {
			t.Fatal(err)
		}
		if fail {
			p.Steps = append(p.Steps, release.Step{ID: "check", Kind: release.KindCheck, Change: release.ChangeRun, Needs: []string{"api"}})
			actions["check"] = failing{}
		}
		state, err = engine.Run(t.Context(), p, actions, engine.Options{
			Run: "20261122-150000-aaaaaa", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return state
}

func newVendor(live string) *vendor {
	return &vendor{live: live, states: map[string][]provider.State{}}
}

func TestDeploy_believesTheVendorsRecord(t *testing.T) {
	v := newVendor("old")
	s := run(t, full{v}, "live=old", false)
	if s.Exit() != release.ExitDone {
		t.Fatalf("got exit %d, %v", s.Exit(), s.Step("api").Fault)
	}
	if got := s.Step("api").Outputs["url"]; got != "http://new1" {
		t.Errorf("got url %q", got)
	}
}

func TestDeploy_showsWhyItFailed(t *testing.T) {
	v := newVendor("old")
	v.states["new1"] = []provider.State{provider.Building, provider.Failed}
	s := run(t, full{v}, "live=old", false)
	if s.Exit() != release.ExitStepFailed {
		t.Fatalf("got exit %d", s.Exit())
	}
	f := s.Step("api").Fault
	raw, _ := json.Marshal(f)
	for _, want := range []string{"api did not go live", "because", "syntax error", "REDIS_URL is not set", "new1"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the fault does not say %q: %s", want, raw)
		}
	}
	if got := s.Step("api").Undo.Text; !strings.Contains(got, "still is") {
		t.Errorf("what was live still serves, got %q", got)
	}
}

func TestDeploy_goesBackWhenACheckFails(t *testing.T) {
	v := newVendor("old")
	s := run(t, full{v}, "live=old", true)
	if s.Exit() != release.ExitSmokeFailed || v.live != "again-old" {
		t.Errorf("got exit %d and %s serves: %v", s.Exit(), v.live, v.calls)
	}
}

func TestDeploy_removesAFirstOneAgain(t *testing.T) {
	v := newVendor("")
	s := run(t, full{v}, "live=", true)
	if s.Exit() != release.ExitSmokeFailed || v.live != "" {
		t.Errorf("got exit %d and %q serves: %v", s.Exit(), v.live, v.calls)
	}
}

func TestDeploy_keepsAFirstOneThatCannotBeRemovedAndSaysSo(t *testing.T) {
	v := newVendor("")
	s := run(t, v, "live=", true)
	if s.Exit() != release.ExitSmokeFailed || !strings.Contains(s.Step("api").Undo.Kept, "first") {
		t.Errorf("got exit %d, kept %q", s.Exit(), s.Step("api").Undo.Kept)
	}
}

func TestDeploy_needsAPersonWhereThereIsNoWayBack(t *testing.T) {
	v := newVendor("old")
	s := run(t, v, "live=old", true)
	if s.Exit() != release.ExitNotPutBack {
		t.Errorf("got exit %d", s.Exit())
	}
}

func TestDeploy_refusesAWorldThatHasMoved(t *testing.T) {
	v := newVendor("somebody's")
	s := run(t, full{v}, "live=old", false)
	if s.Exit() != release.ExitStepFailed || len(v.calls) != 0 {
		t.Errorf("got exit %d and calls %v", s.Exit(), v.calls)
	}
}

func TestDeploy_isNotFooledByASuccessThatDoesNotServe(t *testing.T) {
	v := newVendor("old")
	v.other = true
	s := run(t, full{v}, "live=old", false)
	if f := s.Step("api").Fault; f == nil || !strings.Contains(f.Title, "something else serves") {
		t.Errorf("got %v", f)
	}
}

func TestDeploy_cancelsWhatIsOnItsWayWhenTheTimeIsOver(t *testing.T) {
	v := newVendor("old")
	v.states["new1"] = []provider.State{provider.Building}
	s := run(t, full{v}, "live=old", false)
	if s.Exit() != release.ExitStepFailed || v.calls[len(v.calls)-1] != "remove new1" {
		t.Errorf("got exit %d, calls %v", s.Exit(), v.calls)
	}
}

func TestDeploy_refusedLeavesNothingBehind(t *testing.T) {
	v := newVendor("old")
	v.refuse = &provider.Error{Vendor: "railway", Op: "upload", Status: 413, Message: "too large", RequestID: "r-1"}
	s := run(t, full{v}, "live=old", false)
	f := s.Step("api").Fault
	if s.Exit() != release.ExitStepFailed || f == nil || !strings.Contains(fmt.Sprint(f.Evidence), "r-1") {
		t.Errorf("got exit %d, %+v", s.Exit(), f)
	}
}
