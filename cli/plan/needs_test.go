package plan_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/plan"
	"readme/cli/release"
)

// with changes what is known of one service.
func with(facts plan.Facts, service string, change func(*plan.Service)) plan.Facts {
	f := facts.Services[service]
	change(&f)
	facts.Services[service] = f
	return facts
}

func TestBuild_bringsWhatLacksSomethingAtItsVendor(t *testing.T) {
	facts := with(alive(), "api", func(s *plan.Service) { s.Missing, s.Sets = []string{"public domain"}, []string{"ADMIN_TOKEN"} })
	api, _ := build(t, facts).Step("api")
	if api.Change != release.ChangeUpdate || api.Why != "it lacks something at railway" {
		t.Errorf("its files are the same, and it cannot be reached: %s (%s)", api.Change, api.Why)
	}
	if want := []string{"+ public domain", "+ variable ADMIN_TOKEN"}; !slices.Equal(api.Lines, want) {
		t.Errorf("got %q, want %q", api.Lines, want)
	}
	var in plan.DeployInputs
	if err := json.Unmarshal(api.Inputs, &in); err != nil || len(in.Make) != 1 || len(in.Variables) != 1 {
		t.Errorf("got %s", api.Inputs)
	}
	first := with(fresh(), "api", func(s *plan.Service) { s.Missing = []string{"service api"} })
	if api, _ = build(t, first).Step("api"); api.Change != release.ChangeCreate {
		t.Errorf("got %s (%s)", api.Change, api.Why)
	}
}

func TestBuild_warnsOfEachThingOnce(t *testing.T) {
	facts := with(fresh(), "api", func(s *plan.Service) { s.Warn = []string{"3 staged changes", "api deploys itself"} })
	facts = with(facts, "client", func(s *plan.Service) { s.Warn = []string{"3 staged changes"} })
	facts.Notes = []string{"a port moved"}
	first := "this is the first release to local: there is nothing to go back to yet"
	if diff := cmp.Diff([]string{"a port moved", "3 staged changes", "api deploys itself", first}, build(t, facts).Notes); diff != "" {
		t.Error(diff)
	}
}

func TestDigest_standsForHowItIsSent(t *testing.T) {
	base := build(t, fresh()).Digest
	for name, change := range map[string]func(*plan.Service){
		"a source":         func(s *plan.Service) { s.Source = "commit" },
		"a repository":     func(s *plan.Service) { s.Repo = "ada/readme" },
		"what is made":     func(s *plan.Service) { s.Missing = []string{"service api"} },
		"a variable":       func(s *plan.Service) { s.Sets = []string{"ADMIN_TOKEN"} },
		"another settings": func(s *plan.Service) { s.Tree = "t1+s1" },
	} {
		if build(t, with(fresh(), "api", change)).Digest == base {
			t.Errorf("%s did not change the digest", name)
		}
	}
	if build(t, with(fresh(), "api", func(s *plan.Service) { s.Warn = []string{"it deploys itself"} })).Digest != base {
		t.Error("a warning changed the digest")
	}
}

// confirmed are the services that the last step asks about, and the step that each one's deployment comes from.
func confirmed(t *testing.T, facts plan.Facts) map[string]string {
	t.Helper()
	p := build(t, facts)
	s, ok := p.Step(plan.StillLive)
	if !ok {
		return nil
	}
	var in plan.ConfirmInputs
	if err := json.Unmarshal(s.Inputs, &in); err != nil {
		t.Fatal(err)
	}
	for i, step := range p.Steps {
		if step.ID == plan.StillLive && slices.ContainsFunc(p.Steps[i:], func(s release.Step) bool { return s.Kind != release.KindConfirm && s.Kind != release.KindCleanup }) {
			t.Error("it is not the last one that looks")
		}
		if step.Kind != release.KindConfirm && step.Kind != release.KindCleanup && !slices.Contains(s.Needs, step.ID) {
			t.Errorf("it does not wait for %s", step.ID)
		}
	}
	if s.Deadline < time.Duration(len(in.Services))*2*time.Minute {
		t.Errorf("%s is not enough to ask about %d services one after the other", s.Deadline, len(in.Services))
	}
	out := map[string]string{}
	for _, s := range in.Services {
		if d := map[string]string{"api": "railway", "bot": "pipecat", "client": "vercel"}[s.Name]; s.To != d {
			t.Errorf("%s is at %s, want %s", s.Name, s.To, d)
		}
		out[s.Name] = s.By
	}
	return out
}

func TestBuild_asksAtTheEndAboutAllThatServes(t *testing.T) {
	without := func(s *plan.Service) { s.Without = "Node.js is not installed" }
	all := fresh()
	for name := range all.Services {
		all = with(all, name, without)
	}
	for name, c := range map[string]struct {
		facts plan.Facts
		want  map[string]string
	}{
		"what is staged is promoted": {fresh(), map[string]string{"api": "api", "bot": "bot", "client": "promote client"}},
		"unchanged":                  {alive(), map[string]string{"api": "api", "bot": "bot", "client": "client"}},
		"skipped":                    {with(fresh(), "client", without), map[string]string{"api": "api", "bot": "bot"}},
		"nothing":                    {all, nil},
	} {
		if diff := cmp.Diff(c.want, confirmed(t, c.facts)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
