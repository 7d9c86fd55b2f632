package plan_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
)

const earlier = "20261122-150000-aaaaaa"

// back is a past in which api and client have been released since, and the bot has not.
func back(t *testing.T) plan.Past {
	t.Helper()
	then := build(t, fresh())
	then.Commit.SHA = strings.Repeat("cd", 20)
	return plan.Past{
		Run: earlier, Plan: then,
		Services: map[string]plan.Return{
			"api":    {Was: plan.Earlier{ID: "a1", Commit: "c1"}, Live: plan.Live{ID: "a2", Commit: "c2", URL: "http://api"}},
			"bot":    {Was: plan.Earlier{ID: "b1", Image: "readme/bot:1"}, Live: plan.Live{ID: "b1", Image: "readme/bot:1"}, Same: true},
			"client": {Was: plan.Earlier{ID: "v1", Commit: "c1"}, Live: plan.Live{ID: "v2", Commit: "c2", URL: "http://client"}},
		},
	}
}

func goBack(t *testing.T, past plan.Past) release.Plan {
	t.Helper()
	rel, env := product()
	p, err := plan.Rollback(rel, env, past)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRollback_takesBackWhatDiffersAndProvesIt(t *testing.T) {
	p := goBack(t, back(t))
	want := map[string]release.Change{
		"api": release.ChangeUpdate, "client": release.ChangeUpdate, "bot": release.ChangeNone,
		"uploads": release.ChangeRun, "reads": release.ChangeRun, "loads": release.ChangeRun,
		"still live": release.ChangeRun, "clean up: uploads": release.ChangeRun,
	}
	if diff := cmp.Diff(want, changes(p)); diff != "" {
		t.Error("there are no migrations, no bucket and no promote in it: ", diff)
	}
	if p.Purpose != release.Rollback || p.OnFailure != "leave" || p.Commit.SHA != strings.Repeat("cd", 20) {
		t.Errorf("got %+v", p)
	}
	api, _ := p.Step("api")
	var in plan.RestoreInputs
	if err := json.Unmarshal(api.Inputs, &in); err != nil || in.Was.ID != "a1" || in.Run != earlier || api.Precondition != "live=a2" {
		t.Errorf("got %+v, %s, %v", in, api.Precondition, err)
	}
	if api.Kind != release.KindRestore || len(api.Needs) != 0 || api.Outputs["commit"] != "c1" {
		t.Errorf("each goes back at once: %+v", api)
	}
	if reads, _ := p.Step("reads"); !slices.Contains(reads.Needs, "uploads") || !slices.Contains(reads.Needs, "client") {
		t.Errorf("got %v", reads.Needs)
	}
}

// The code that goes live again has passed the checks of its own time, and may never pass those of today.
func TestRollback_runsTheChecksOfThen(t *testing.T) {
	past := back(t)
	rel, env := product()
	rel.Smoke = []spec.Check{{Check: smoke.Check{Name: "newer", HTTP: &smoke.HTTP{Method: "GET", URL: "${api.url}/new"}}}}
	p, err := plan.Rollback(rel, env, past)
	if err != nil {
		t.Fatal(err)
	}
	if _, has := p.Step("newer"); has {
		t.Error("a check of today is in it")
	}
	if _, has := p.Step("uploads"); !has {
		t.Error("a check of then is missing")
	}
}

func TestRollback_isTheSameForTheSamePastAndAnotherForAnother(t *testing.T) {
	digest := goBack(t, back(t)).Digest
	if again := goBack(t, back(t)).Digest; again != digest {
		t.Errorf("got %s and %s", digest, again)
	}
	for name, change := range map[string]func(*plan.Past){
		"another goes live": func(p *plan.Past) { p.Services["api"] = serving(p.Services["api"], "a3") },
		"another run":       func(p *plan.Past) { p.Run = "20261122-140000-bbbbbb" },
		"other targets":     func(p *plan.Past) { p.Targets = []release.Target{{Name: "railway", Value: "x"}} },
		"another image then": func(p *plan.Past) {
			p.Services["client"] = plan.Return{Was: plan.Earlier{ID: "v0"}, Live: plan.Live{ID: "v2"}}
		},
	} {
		past := back(t)
		past.Services = maps.Clone(past.Services)
		change(&past)
		if goBack(t, past).Digest == digest {
			t.Errorf("%s: the digest is the same", name)
		}
	}
	past := back(t)
	past.Notes, past.Away, past.Since = []string{"no lock is held"}, "it is away", -1
	if goBack(t, past).Digest != digest {
		t.Error("what is merely known is in the digest")
	}
}

func serving(r plan.Return, live string) plan.Return {
	r.Live.ID = live
	return r
}

func TestRollback_isRefusedPastAMigrationThatForbidsIt(t *testing.T) {
	past := back(t)
	past.Barred = []string{"0007_drop.sql"}
	rel, env := product()
	_, err := plan.Rollback(rel, env, past)
	f, ok := errors.AsType[*release.Fault](err)
	if !ok || f.Exit != release.ExitStepFailed || !strings.Contains(f.Title, "a migration that was applied since forbids it") || f.Evidence[0].Lines[0] != "0007_drop.sql" {
		t.Errorf("got %v", err)
	}
}

func TestRollback_saysWhatStays(t *testing.T) {
	past := back(t)
	past.Since = 2
	past.Services["bot"] = plan.Return{Live: plan.Live{ID: "b1", Image: "readme/bot:1"}}
	past.Services["client"] = plan.Return{Was: plan.Earlier{ID: "v1"}, Live: plan.Live{ID: "v2", Commit: "c2"}, Stuck: "it is gone"}
	p := goBack(t, past)
	notes := strings.Join(p.Notes, "\n")
	for _, want := range []string{
		"migrations, variables and the bucket stay as they are, the older code has to do with 2 newer migrations",
		"bot stays: nothing of it is on record as live after run " + earlier, "client stays at c2: it is gone",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
	for _, id := range []string{"bot", "client"} {
		if s, _ := p.Step(id); s.Change != release.ChangeNone || s.Runs() {
			t.Errorf("%s: %+v", id, s)
		}
	}
	if still, _ := p.Step("still live"); !strings.Contains(string(still.Inputs), `"client"`) {
		t.Errorf("what stays is still looked at: %s", still.Inputs)
	}
}

func TestRollback_isRefusedWhereNothingCanGoBack(t *testing.T) {
	past := back(t)
	for _, name := range []string{"api", "client"} {
		r := past.Services[name]
		r.Stuck = "it is gone"
		past.Services[name] = r
	}
	rel, env := product()
	_, err := plan.Rollback(rel, env, past)
	f, ok := errors.AsType[*release.Fault](err)
	if !ok || f.Exit != release.ExitStepFailed || len(f.Evidence[0].Lines) != 2 || !strings.HasPrefix(f.Try, "git checkout cdcd") {
		t.Errorf("got %v", err)
	}
}

func TestRollback_leavesAServiceOutThatCannotBeLookedAt(t *testing.T) {
	past := back(t)
	r := past.Services["client"]
	r.Without = "Node.js is not installed"
	past.Services["client"] = r
	p := goBack(t, past)
	if s, _ := p.Step("client"); s.Change != release.ChangeSkip || s.Why != r.Without {
		t.Errorf("got %+v", s)
	}
	if s, _ := p.Step("loads"); s.Change != release.ChangeSkip {
		t.Errorf("its check cannot pass: %+v", s)
	}
}

func TestBuild_saysThatAFirstReleaseHasNoWayBack(t *testing.T) {
	if n := strings.Join(build(t, fresh()).Notes, "\n"); !strings.Contains(n, "there is nothing to go back to yet") {
		t.Errorf("got %q", n)
	}
	if n := strings.Join(build(t, alive()).Notes, "\n"); strings.Contains(n, "nothing to go back to") {
		t.Errorf("got %q", n)
	}
}
