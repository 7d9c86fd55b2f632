package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/plan"
	"readme/cli/release"
)

const (
	was  = "11111111222222223333333344444444"
	will = "aaaaaaaabbbbbbbbccccccccdddddddd"
)

// pushed are the facts of a product of which nothing has changed but two variables of the client.
func pushed() plan.Facts {
	return with(alive(), "client", func(s *plan.Service) {
		s.Variables = []plan.VariableChange{
			{Name: "URL", Op: plan.OpChange, Seen: "a value", Was: was, Will: will},
			{Name: "SHARED", Op: plan.OpChange, Seen: "a value", Was: was, Will: will, Also: []string{"preview", "development"}},
			{Name: "KEY", Op: plan.OpAdd, Seen: "nothing", Will: will},
		}
	})
}

func TestBuild_writesVariablesBeforeTheDeployThatNeedsThem(t *testing.T) {
	p := build(t, pushed())
	write, ok := p.Step("variables of client")
	if !ok || write.Kind != release.KindVariables || write.Change != release.ChangeUpdate {
		t.Fatalf("got %+v", write)
	}
	if diff := cmp.Diff([]string{"+ KEY  aaaaaaaa", "~ SHARED  11111111 -> aaaaaaaa, and for preview and development too", "~ URL  11111111 -> aaaaaaaa"}, write.Lines); diff != "" {
		t.Error(diff)
	}
	client, _ := p.Step("client")
	if client.Change != release.ChangeUpdate || client.Why != "its variables change" || !slices.Contains(client.Needs, write.ID) {
		t.Errorf("nothing else of it has changed: %+v", client)
	}
	for _, need := range client.Needs { // what is written stays, so it waits for all that may fail before
		if need != write.ID && !slices.Contains(write.Needs, need) {
			t.Errorf("the deploy waits for %s, and its variables do not", need)
		}
	}
	var in plan.DeployInputs
	if err := json.Unmarshal(client.Inputs, &in); err != nil || !in.Anew {
		t.Errorf("a vendor that has the very same already would not roll it: %s", client.Inputs)
	}
	if api, _ := p.Step("api"); api.Change != release.ChangeNone {
		t.Errorf("the variables of another service: %+v", api)
	}
}

func TestDigest_standsForTheVariablesThatAreWritten(t *testing.T) {
	base := build(t, pushed()).Digest
	for name, change := range map[string]func(*plan.VariableChange){
		"another name":         func(c *plan.VariableChange) { c.Name = "URI" },
		"another operation":    func(c *plan.VariableChange) { c.Op = plan.OpAdd },
		"another value":        func(c *plan.VariableChange) { c.Will = was },
		"another value before": func(c *plan.VariableChange) { c.Was = will },
		"shared with more":     func(c *plan.VariableChange) { c.Also = []string{"preview"} },
		"written since":        func(c *plan.VariableChange) { c.Seen = "a value that nobody can read" },
	} {
		facts := with(pushed(), "client", func(s *plan.Service) { change(&s.Variables[0]) })
		if build(t, facts).Digest == base {
			t.Errorf("%s did not change the digest", name)
		}
		before := func(name string) bool {
			return name == "another name" || name == "another value before" || name == "written since"
		}
		one, _ := build(t, facts).Step("variables of client")
		two, _ := build(t, pushed()).Step("variables of client")
		if (one.Precondition != two.Precondition) != before(name) {
			t.Errorf("%s: the precondition is what was there: %s and %s", name, one.Precondition, two.Precondition)
		}
	}
	if other := with(pushed(), "client", func(s *plan.Service) { slices.Reverse(s.Variables) }); build(t, other).Digest != base {
		t.Error("the order in which they were read changed the digest")
	}
}

func TestBuild_deploysWhatRunsWithOldVariables(t *testing.T) {
	client, _ := build(t, with(alive(), "client", func(s *plan.Service) { s.Stale = []string{"URL"} })).Step("client")
	if client.Change != release.ChangeUpdate || client.Why != "URL was written after what is live was made" {
		t.Errorf("got %s (%s)", client.Change, client.Why)
	}
}

func TestBuild_writesNothingOfWhatCannotBeReleasedHere(t *testing.T) {
	p := build(t, with(pushed(), "client", func(s *plan.Service) { s.Without = "Node.js is not installed" }))
	if s, ok := p.Step("variables of client"); ok {
		t.Errorf("got %+v", s)
	}
}

func TestVariables_isAPlanOfNothingElse(t *testing.T) {
	rel, env := product()
	facts := with(pushed(), "api", func(s *plan.Service) { s.Warn, s.Stale = []string{"said"}, []string{"URL"} })
	p := plan.Variables(rel, env, facts)
	if len(p.Steps) != 1 || p.Steps[0].ID != "variables of client" || len(p.Steps[0].Needs) != 0 || p.Purpose != release.Variables || !slices.Contains(p.Notes, "said") {
		t.Errorf("got %+v", p)
	}
	if p.Digest == build(t, pushed()).Digest || !strings.HasPrefix(p.Digest, "sha256:") {
		t.Errorf("its digest is %s", p.Digest)
	}
}

func TestSmoke_leavesVariablesAlone(t *testing.T) {
	rel, env := product()
	p, err := plan.Smoke(rel, env, pushed())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Steps {
		if s.Kind == release.KindVariables || slices.Contains(s.Needs, "variables of client") {
			t.Errorf("got %+v", s)
		}
	}
}

// A service that is made for the first time gets the values that were approved, and CI may have others.
func TestDigest_standsForTheValuesThatAServiceIsMadeWith(t *testing.T) {
	of := func(value string) string {
		return build(t, with(alive(), "api", func(s *plan.Service) {
			s.Missing, s.Sets, s.SetsTo = []string{"service api"}, []string{"TOKEN"}, map[string]string{"TOKEN": value}
		})).Digest
	}
	if of(was) == of(will) {
		t.Error("another value did not change the digest")
	}
}
