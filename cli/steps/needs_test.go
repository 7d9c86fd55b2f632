package steps_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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

// A value is brought to what is made for the first time. What exists has its variables from a person, or from env push.
func TestFacts_setVariablesOnlyOfWhatIsNew(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		d := spec.Deploy{Name: "api", To: "railway", Service: "api", Build: "ok", Start: "serve", Health: "/health"}
		ask := func() steps.Question {
			q := question(d, "one")
			for _, name := range []string{"ADMIN_TOKEN", "REDIS_URL"} {
				q.Matrix.Variables = append(q.Matrix.Variables, spec.Variable{Name: name, Services: []string{"s"}})
			}
			return q
		}
		r.w.Values = map[string]release.Secret{"REDIS_URL": release.NewSecret("redis://x"), "ADMIN_TOKEN": release.NewSecret("another")}
		s := planned(r.T, r.w, ask())
		if !slices.Contains(s.Lines, "+ variable REDIS_URL") || slices.Contains(s.Lines, "+ variable ADMIN_TOKEN") {
			r.Errorf("nothing was ever brought to it: %q", s.Lines)
		}
		archive(r.T, r.w, map[string]string{"./go.mod": "one"})
		s = planned(r.T, r.w, question(d, "one"))
		s.Deadline = 10 * time.Minute
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{s}), release.ExitDone)
		_, err := steps.Read(r.Context(), r.w, ask())
		var faults release.Faults
		if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults[0].Title, "api needs REDIS_URL in dev") || strings.Contains(fmt.Sprint(faults[0]), "redis://x") {
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
