package steps_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// question asks about one service whose files have this hash.
func question(d spec.Deploy, tree string) steps.Question {
	return steps.Question{
		Release: &spec.Release{Project: "readme", Deploy: []spec.Deploy{d}},
		Matrix: &spec.Matrix{
			Services:  []spec.Service{{Name: "s", Deploy: d.Name}},
			Variables: []spec.Variable{{Name: "OPTIONAL", Optional: true, Services: []string{"s"}}, {Name: "IN_PROD", Required: []string{"prod"}, Services: []string{"s"}}},
		},
		Env: spec.Environment{Name: "dev"},
		Subject: steps.Subject{
			Commit:  release.Commit{SHA: "c-" + tree},
			Tree:    func([]string) (string, error) { return "sha256:" + tree, nil },
			Archive: func(string) (string, int, error) { return hashOf(map[string]string{"./go.mod": tree}), 2, nil },
		},
	}
}

// planOf reads the facts, and makes the plan.
func planOf(t *testing.T, w *steps.World, q steps.Question) release.Plan {
	t.Helper()
	facts, err := steps.Read(t.Context(), w, q)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(q.Release, q.Env, facts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// planned reads the facts, and gives the step of the one service.
func planned(t *testing.T, w *steps.World, q steps.Question) release.Step {
	t.Helper()
	p := planOf(t, w, q)
	s, ok := p.Step(q.Release.Deploy[0].Name)
	if !ok {
		t.Fatalf("there is no such step in %+v", p.Steps)
	}
	return s
}

// says checks what the plan says of a step.
func says(t *testing.T, s release.Step, change release.Change, why string) {
	t.Helper()
	if s.Change != change || !strings.Contains(s.Why, why) {
		t.Errorf("got %s (%s), want %s (%s)", s.Change, s.Why, change, why)
	}
}

func TestFacts_ofRailwaySayWhatHasChanged(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		d := spec.Deploy{Name: "api", To: "railway", Service: "api", Build: "ok", Start: "serve", Health: "/health"}
		bring := func(run, tree string, want int, deeds ...deed) {
			r.Helper()
			archive(r.T, r.w, map[string]string{"./go.mod": tree})
			s := planned(r.T, r.w, question(d, tree))
			s.Deadline = 10 * time.Minute
			exits(r.T, carryOut(r.T, r.w, run, []release.Step{s}, deeds...), want)
		}
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeCreate, "nothing is live yet")
		bring("run-1", "one", release.ExitDone)
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeNone, "its files are as in")
		says(r.T, planned(r.T, r.w, question(d, "two")), release.ChangeUpdate, "its files have changed")

		// release.yaml alone was edited, and brings the service down; the old one serves on
		good := d
		d.Start = "crash 3"
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeUpdate, "in release.yaml has changed")
		bring("run-2", "one", release.ExitStepFailed)
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeUpdate, "in release.yaml has changed")
		d = good
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeNone, "")

		// a rollback is what it went back to
		bring("run-3", "two", release.ExitSmokeFailed, fails)
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeNone, "")
		says(r.T, planned(r.T, r.w, question(d, "two")), release.ChangeUpdate, "its files have changed")

		// somebody brings something by hand
		id, err := r.Deploy(r.Context(), provider.Request{Service: "api", Archive: filepath.Join(r.w.Archives, hashOf(map[string]string{"./go.mod": "one"})+".tar.gz")})
		for err == nil && r.live().ID != id {
			time.Sleep(time.Second)
		}
		says(r.T, planned(r.T, r.w, question(d, "one")), release.ChangeUpdate, "not brought by readme-ops")
	})
}

func TestFacts_nameEveryVariableThatIsMissing(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		q := question(spec.Deploy{Name: "api", To: "railway", Service: "api"}, "one")
		for _, name := range []string{"REDIS_URL", "ADMIN_TOKEN", "DATABASE_URL"} {
			q.Matrix.Variables = append(q.Matrix.Variables, spec.Variable{Name: name, Services: []string{"s"}, At: release.Place{File: "envmatrix.yaml", Line: 9}})
		}
		_, err := steps.Read(r.Context(), r.w, q)
		var faults release.Faults
		if !errors.As(err, &faults) || len(faults) != 2 {
			r.Fatalf("got %v, want the two that are missing", err)
		}
		for i, name := range []string{"DATABASE_URL", "REDIS_URL"} {
			if f := faults[i]; f.Exit != release.ExitDrift || !strings.Contains(f.Title, "api needs "+name+" in dev") || f.Where == nil || f.Where.Line != 9 {
				r.Errorf("got %+v", f)
			}
		}
		q.Without = map[string]string{"api": "Node.js is not installed"}
		says(r.T, planned(r.T, r.w, q), release.ChangeSkip, "Node.js")
	})
}

// bot writes services/bot's configuration, and asks about it.
func bot(t *testing.T, w *steps.World, toml string) steps.Question {
	t.Helper()
	w.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(w.Dir, "pcc-deploy.toml"), []byte("agent_name = \"ignored\"\n"+toml), 0o600); err != nil {
		t.Fatal(err)
	}
	q := question(spec.Deploy{Name: "bot", To: "pipecat", Config: "pcc-deploy.toml"}, "one")
	q.Outputs = map[string]map[string]string{"bot": {"start_url": "http://bot/start"}}
	return q
}

func TestFacts_ofABotCompareWhatTheFileSays(t *testing.T) {
	const image, set, scaling = "image = \"readme/bot:1\"\n", "secret_set = \"readme-bot\"\n", "[scaling]\nmin_agents = 0\nmax_agents = 5\n"
	onPipecat(t, func(p *atPipecat) {
		s := planned(p.T, p.w, bot(p.T, p.w, image+set+scaling))
		says(p.T, s, release.ChangeCreate, "nothing is live yet")
		if s.Outputs["start_url"] != "http://bot/start" || s.To != "readme/bot:1" {
			p.Errorf("got %+v", s)
		}
		s.Deadline = 10 * time.Minute
		exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{s}), release.ExitDone)
		says(p.T, planned(p.T, p.w, bot(p.T, p.w, image+set+scaling)), release.ChangeNone, "runs readme/bot:1")
		says(p.T, planned(p.T, p.w, bot(p.T, p.w, image+set)), release.ChangeNone, "") // what the file leaves out stays as it is
		says(p.T, planned(p.T, p.w, bot(p.T, p.w, image+set+"websocket_auth = \"token\"\n")), release.ChangeNone, "")
		says(p.T, planned(p.T, p.w, bot(p.T, p.w, image+set+"[scaling]\nmin_agents = 1\nmax_agents = 5\n")), release.ChangeUpdate, "its settings differ")
		says(p.T, planned(p.T, p.w, bot(p.T, p.w, image+set+"max_session_duration = 600\n")), release.ChangeUpdate, "its settings differ")
		s = planned(p.T, p.w, bot(p.T, p.w, "image = \"readme/bot:crashloop\"\n"+set))
		if s.Change != release.ChangeUpdate || s.From != "readme/bot:1" || s.To != "readme/bot:crashloop" {
			p.Errorf("got %+v", s)
		}
	})
}

func TestFacts_showABotThatIsIll(t *testing.T) {
	const file = "image = \"readme/bot:crashloop\"\nsecret_set = \"readme-bot\"\n"
	onPipecat(t, func(p *atPipecat) {
		s := planned(p.T, p.w, bot(p.T, p.w, file))
		s.Deadline = 10 * time.Minute
		exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{s}), release.ExitStepFailed)
		says(p.T, planned(p.T, p.w, bot(p.T, p.w, file)), release.ChangeUpdate, "is not well")

		q := bot(p.T, p.w, file)
		q.Matrix.Variables = append(q.Matrix.Variables,
			spec.Variable{Name: "OPENAI_API_KEY", Services: []string{"s"}}, spec.Variable{Name: "DEEPGRAM_API_KEY", Services: []string{"s"}})
		_, err := steps.Read(p.Context(), p.w, q)
		var faults release.Faults
		if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults[0].Title, "DEEPGRAM_API_KEY") {
			p.Errorf("got %v, want the one that the secret set does not have", err)
		}

		_ = p.cloud.Faults().Set(fault.Fault{Name: fault.TokenRevoked})
		_, err = steps.Read(p.Context(), p.w, bot(p.T, p.w, file))
		if err == nil || !strings.Contains(err.Error(), "does not accept PIPECAT_PRIVATE_KEY") || strings.Contains(err.Error(), "sk_local") {
			p.Errorf("got %v", err)
		}
		ctx, cancel := context.WithCancelCause(p.Context())
		gone := errors.New("Ctrl-C")
		cancel(gone)
		if _, err = steps.Read(ctx, p.w, bot(p.T, p.w, file)); !errors.Is(err, gone) {
			p.Errorf("got %v, want the cause", err)
		}
	})
}
