package steps_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

// maker is a vendor at which something is missing.
type maker struct {
	full
	got    steps.New
	refuse error
}

func (m *maker) Missing(context.Context) ([]string, error) { return []string{"service api"}, nil }

func (m *maker) Make(_ context.Context, n steps.New) error {
	m.say("make")
	m.got = n
	return m.refuse
}

// brings is a step that brings api to h, in a bubble, with a check after it that fails if fail says so.
func brings(t *testing.T, h steps.Host, precondition string, in plan.DeployInputs, fail bool) *release.State {
	t.Helper()
	var state *release.State
	synctest.Test(t, func(t *testing.T) {
		w := &steps.World{
			Poll: time.Second, Hosts: map[string]steps.Host{"api": h}, Fingerprints: env.NewKey([]byte("a key")),
			Values: map[string]release.Secret{"ADMIN_TOKEN": release.NewSecret("hunter2"), "OTHER": release.NewSecret("x")}, Plain: map[string]bool{"OTHER": true},
		}
		in.Name, in.To, in.Commit = "api", "railway", "c-new"
		var deeds []deed
		if fail {
			deeds = append(deeds, fails)
		}
		state = carryOut(t, w, "run-1", []release.Step{step(t, release.KindDeploy, "api", precondition, in)}, deeds...)
	})
	return state
}

func TestDeploy_makesWhatIsMissingAndSaysThatItStays(t *testing.T) {
	in := plan.DeployInputs{Make: []string{"service api"}, Variables: []string{"ADMIN_TOKEN"}}
	const kept = "service api, variable ADMIN_TOKEN of api stays at railway"
	m := &maker{full: full{newVendor("")}}
	s := brings(t, m, "live=", in, true)
	exits(t, s, release.ExitSmokeFailed)
	if v := m.got.Variables; len(v) != 1 || v["ADMIN_TOKEN"].Reveal() != "hunter2" || !m.got.Plain["OTHER"] || m.calls[0] != "make" {
		t.Errorf("it was made with %v, calls %v", v, m.calls)
	}
	if got := s.Step("api").Undo.Kept; got != kept {
		t.Errorf("kept %q, want %q", got, kept)
	}

	m = &maker{full: full{newVendor("")}, refuse: errors.New("the plan takes no more services")}
	s = brings(t, m, "live=", in, false)
	exits(t, s, release.ExitStepFailed)
	if st := s.Step("api"); len(m.calls) != 1 || !strings.Contains(st.Fault.Title, "could not be made") || st.Undo.Kept != kept {
		t.Errorf("calls %v, fault %v, kept %q", m.calls, st.Fault, st.Undo.Kept)
	}

	m = &maker{full: full{newVendor("somebody's")}}
	s = brings(t, m, "live=", in, false)
	exits(t, s, release.ExitStepFailed)
	if st := s.Step("api"); len(m.calls) != 0 || st.Undo.Kept != "" {
		t.Errorf("calls %v, kept %q", m.calls, st.Undo.Kept)
	}
}

// A run may be taken up by a process that was given other values, or none.
func TestDeploy_makesNothingWithOtherValuesThanWereApproved(t *testing.T) {
	for want, in := range map[string]plan.DeployInputs{
		"GONE has no value here":       {Make: []string{"service api"}, Variables: []string{"GONE"}},
		"ADMIN_TOKEN was approved as ": {Variables: []string{"ADMIN_TOKEN"}, Fingerprints: map[string]string{"ADMIN_TOKEN": "0123456789abcdef"}},
	} {
		m := &maker{full: full{newVendor("")}}
		s := brings(t, m, "live=", in, false)
		exits(t, s, release.ExitStepFailed)
		if f := s.Step("api").Fault; len(m.calls) != 0 || f == nil || !strings.Contains(fmt.Sprint(f.Evidence), want) || strings.Contains(fmt.Sprint(f.Evidence), "hunter2") {
			t.Errorf("calls %v, fault %+v", m.calls, f)
		}
	}
}

// A deploy was refused, and so has no id; by the time that it is put back, something else serves.
func TestDeploy_thatWasRefusedTakesNobodysDeploymentAway(t *testing.T) {
	for name, c := range map[string]struct {
		in     plan.DeployInputs
		serves provider.Deployment
		theirs bool
	}{
		"an upload by hand":           {plan.DeployInputs{Source: "upload"}, provider.Deployment{}, true},
		"an upload of another run":    {plan.DeployInputs{Source: "upload"}, provider.Deployment{Marker: provider.Marker{Release: "run-9", Tree: "t"}}, true},
		"our upload, after all":       {plan.DeployInputs{Source: "upload"}, provider.Deployment{Marker: provider.Marker{Release: "run-1", Tree: "t"}}, false},
		"another commit":              {plan.DeployInputs{Source: "commit"}, provider.Deployment{Marker: provider.Marker{Commit: "c-other"}}, true},
		"our commit, whoever sent it": {plan.DeployInputs{Source: "commit"}, provider.Deployment{Marker: provider.Marker{Commit: "c-new"}}, false},
		"another image":               {plan.DeployInputs{Source: "image", Image: "api:2"}, provider.Deployment{Image: "api:3"}, true},
		"our image, after all":        {plan.DeployInputs{Source: "image", Image: "api:2"}, provider.Deployment{Image: "api:2"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor("old")
			c.serves.ID, c.serves.State = "late", provider.Live
			h := &overtaken{full: full{v}, then: c.serves}
			s := brings(t, h, "live=old", c.in, false)
			if want := map[bool]int{true: release.ExitNotPutBack, false: release.ExitStepFailed}[c.theirs]; s.Exit() != want {
				t.Errorf("got exit %d, want %d: %+v", s.Exit(), want, s.Step("api").Undo)
			}
			if touched := len(v.calls) > 0; touched == c.theirs {
				t.Errorf("calls %v", v.calls)
			}
		})
	}
}

// overtaken refuses the deploy, and from then on another deployment serves, until it goes back.
type overtaken struct {
	full
	then    provider.Deployment
	refused bool
}

func (o *overtaken) Deploy(context.Context, steps.Order) (string, error) {
	o.refused = true
	return "", errors.New("refused")
}

func (o *overtaken) Live(ctx context.Context) (provider.Deployment, error) {
	if o.refused && o.live == "old" {
		return o.then, nil
	}
	return o.full.Live(ctx)
}
