package steps_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

func TestSourceOf_isHowItIsReallySent(t *testing.T) {
	box, dev := spec.Environment{Box: true}, spec.Environment{Name: "dev"}
	for _, c := range []struct {
		to, source string
		env        spec.Environment
		want       string
	}{
		{"railway", "commit", dev, "commit"},
		{"railway", "commit", box, "upload"},
		{"railway", "upload", dev, "upload"},
		{"railway", "image", box, "image"},
		{"vercel", "", dev, "upload"},
		{"vercel", "commit", dev, "commit"},
		{"pipecat", "", box, ""},
	} {
		if got := steps.SourceOf(spec.Deploy{To: c.to, Source: c.source}, c.env); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

// What is made for the first time gets its variables with it; what exists gets what it lacks before its deploy, and what nobody gave is
// for a person.
func TestFacts_bringVariablesThatAreGivenHere(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		d := spec.Deploy{Name: "api", To: "railway", Service: "api", Build: "ok", Start: "serve", Health: "/health"}
		ask := func() steps.Question {
			q := question(d, "one")
			for _, name := range []string{"ADMIN_TOKEN", "REDIS_URL"} {
				q.Matrix.Variables = append(q.Matrix.Variables, spec.Variable{Name: name, Services: []string{"s"}})
			}
			return q
		}
		r.w.Fingerprints = env.NewKey([]byte("key"))
		r.w.Values = map[string]release.Secret{"REDIS_URL": release.NewSecret("redis://x"), "ADMIN_TOKEN": release.NewSecret("x")}
		s := planned(r.T, r.w, ask())
		if !slices.Contains(s.Lines, "+ variable REDIS_URL") || slices.Contains(s.Lines, "+ variable ADMIN_TOKEN") {
			r.Errorf("nothing was ever brought to it: %q", s.Lines)
		}
		archive(r.T, r.w, map[string]string{"./go.mod": "one"})
		s = planned(r.T, r.w, question(d, "one"))
		s.Deadline = 10 * time.Minute
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{s}), release.ExitDone)
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeNone, "as in")

		r.w.Values["ADMIN_TOKEN"] = release.NewSecret("another")
		p := planOf(r.T, r.w, ask())
		write, ok := p.Step(plan.VariablesStep("api"))
		s, _ = p.Step("api")
		if !ok || len(write.Lines) != 2 || !strings.HasPrefix(write.Lines[0], "~ ADMIN_TOKEN  ") || !strings.HasPrefix(write.Lines[1], "+ REDIS_URL  ") {
			r.Fatalf("got %+v", write)
		}
		says(r.T, s, release.ChangeUpdate, "its variables change")
		if !slices.Contains(s.Needs, write.ID) {
			r.Errorf("the deploy does not wait for its variables: %q", s.Needs)
		}
		s.Deadline = 10 * time.Minute
		before := len(r.brought())
		exits(r.T, carryOut(r.T, r.w, "run-2", []release.Step{write, s}), release.ExitDone)
		if n := len(r.brought()); n != before+1 {
			r.Errorf("%d deployments, and there were %d", n, before)
		}
		if p = planOf(r.T, r.w, ask()); len(p.Steps) == 0 || slices.ContainsFunc(p.Steps, func(s release.Step) bool { return s.Runs() && !s.Proves() }) {
			r.Errorf("there is more to do: %+v", p.Steps)
		}

		delete(r.w.Values, "REDIS_URL") // it is there, and nobody gave it here: it is left alone
		if p = planOf(r.T, r.w, ask()); slices.ContainsFunc(p.Steps, func(s release.Step) bool { return s.Runs() && !s.Proves() }) {
			r.Errorf("there is more to do: %+v", p.Steps)
		}
		q := ask()
		q.Matrix.Variables = append(q.Matrix.Variables, spec.Variable{Name: "NOWHERE", Services: []string{"s"}})
		_, err := steps.Read(r.Context(), r.w, q)
		var faults release.Faults
		if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults[0].Title, "api needs NOWHERE in dev") || faults[0].Try != "export NOWHERE=..." {
			r.Errorf("got %v", err)
		}
	})
}

// longLogged is a vendor whose failed build has a long log.
type longLogged struct {
	full
	lines []provider.LogLine
}

func (c longLogged) BuildLogs(context.Context, string) ([]provider.LogLine, error) {
	return c.lines, nil
}

func (c longLogged) Logs(context.Context, string, time.Time, string) ([]provider.LogLine, error) {
	return nil, errors.New("no logs")
}

func TestDeploy_showsTheLinesThatSayWhy(t *testing.T) {
	for name, c := range map[string]struct{ at, first, last string }{
		"the last ones":      {"", "line 88", "line 99"},
		"from a panic on":    {"panic: nil map", "panic: nil map", "line 51"},
		"from a fatal error": {"fatal error: all goroutines are asleep", "fatal error: all goroutines are asleep", "line 51"},
	} {
		v := newVendor("old")
		v.states["new1"] = []provider.State{provider.Failed}
		h := longLogged{full: full{v}}
		for i := range 100 {
			text := fmt.Sprintf("line %d", i)
			if i == 40 && c.at != "" {
				text = c.at
			}
			h.lines = append(h.lines, provider.LogLine{Text: text})
		}
		f := run(t, h, "live=old", false).Step("api").Fault
		if f == nil || len(f.Evidence) != 2 {
			t.Fatalf("%s: got %+v", name, f)
		}
		if l := f.Evidence[1].Lines; len(l) != 12 || l[0] != c.first || l[11] != c.last {
			t.Errorf("%s: got %q", name, l)
		}
	}
}
