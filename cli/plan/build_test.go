package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
)

// product is a release.yaml with every kind of step.
func product() (*spec.Release, spec.Environment) {
	rel := &spec.Release{
		Project:    "readme",
		Migrations: spec.Migrations{Dir: "migrations"},
		Bucket:     &spec.Bucket{Name: "books", MaxSize: 50 << 20, Types: []string{"application/pdf"}},
		Deploy: []spec.Deploy{
			// in the file the client stands first, although it needs the others
			{Name: "client", To: "vercel", Root: "services/client", After: []string{"api", "bot"}, Promote: "after-smoke"},
			{Name: "api", To: "railway", Service: "api", Build: "go build", Start: "./api", Health: "/health", After: []string{"migrations", "bucket"}},
			{Name: "bot", To: "pipecat", Config: "services/bot/pcc-deploy.toml"},
		},
		Smoke: []spec.Check{
			{Check: smoke.Check{
				Name: "uploads", HTTP: &smoke.HTTP{Method: "POST", URL: "${api.url}/upload"},
				Capture: []smoke.Capture{{Name: "book_id", Path: "$.book_id"}},
				Cleanup: &smoke.HTTP{Method: "DELETE", URL: "${api.url}/books/${book_id}"},
			}},
			{Check: smoke.Check{Name: "reads", HTTP: &smoke.HTTP{Method: "GET", URL: "${api.url}/books/${book_id}"}}, After: []string{"uploads"}},
			{Check: smoke.Check{Name: "loads", HTTP: &smoke.HTTP{Method: "GET", URL: "${client.url}/"}}},
		},
		OnFailure: "rollback",
	}
	return rel, spec.Environment{Name: "local", Box: true}
}

func fresh() plan.Facts {
	return plan.Facts{
		Box:        true,
		Commit:     release.Commit{SHA: strings.Repeat("ab", 20)},
		Migrations: plan.Migrations{Pending: []plan.Migration{{Name: "0001_books.sql", SHA256: "aa"}}},
		Services: map[string]plan.Service{
			"api":    {Tree: "t1", Archive: "a1"},
			"bot":    {Image: "readme/bot:1", Config: []byte(`{"image":"readme/bot:1"}`)},
			"client": {Tree: "t2", Archive: "a2"},
		},
	}
}

func build(t *testing.T, facts plan.Facts) release.Plan {
	t.Helper()
	rel, env := product()
	p, err := plan.Build(rel, env, facts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func changes(p release.Plan) map[string]release.Change {
	out := map[string]release.Change{}
	for _, s := range p.Steps {
		out[s.ID] = s.Change
	}
	return out
}

func TestBuild_plansAFirstReleaseInAnOrderThatCanRun(t *testing.T) {
	p := build(t, fresh())
	want := map[string]release.Change{
		"migrations": release.ChangeCreate, "bucket": release.ChangeCreate,
		"api": release.ChangeCreate, "bot": release.ChangeCreate, "client": release.ChangeCreate,
		"uploads": release.ChangeRun, "reads": release.ChangeRun, "loads": release.ChangeRun,
		"promote client": release.ChangeUpdate, "loads (on the domain)": release.ChangeRun,
		"still live":        release.ChangeRun,
		"clean up: uploads": release.ChangeRun,
	}
	if diff := cmp.Diff(want, changes(p)); diff != "" {
		t.Error(diff)
	}
	seen := map[string]bool{}
	for _, s := range p.Steps {
		for _, n := range s.Needs {
			if !seen[n] {
				t.Errorf("%s stands before %s, which it needs", s.ID, n)
			}
		}
		seen[s.ID] = true
	}
}

func TestBuild_leavesAloneWhatIsAlreadyLive(t *testing.T) {
	facts := fresh()
	facts.Migrations = plan.Migrations{Applied: 1}
	facts.Bucket = plan.Bucket{Found: true, MaxSize: 50 << 20, Types: []string{"application/pdf"}}
	old := strings.Repeat("cd", 20)
	for name, live := range map[string]plan.Live{
		"api":    {ID: "d1", URL: "http://api", Commit: old, Tree: "t1"},
		"bot":    {ID: "d2", Image: "readme/bot:1", Config: []byte(`{"image":"readme/bot:1"}`)},
		"client": {ID: "d3", URL: "http://client", Commit: old, Tree: "t2"},
	} {
		f := facts.Services[name]
		f.Live = live
		facts.Services[name] = f
	}
	p := build(t, facts)
	for _, s := range p.Steps {
		if s.Runs() != s.Proves() {
			t.Errorf("%s: %s (%s)", s.ID, s.Change, s.Why)
		}
	}
	api, _ := p.Step("api")
	if api.Outputs["commit"] != old || api.Outputs["url"] != "http://api" {
		t.Errorf("what checks refer to is that of the live deployment, got %v", api.Outputs)
	}
	if _, ok := p.Step("promote client"); ok {
		t.Error("a client that is live has nothing to promote")
	}
}

func TestBuild_countsWhatItDoesNotKnowAsChanged(t *testing.T) {
	for name, live := range map[string]plan.Live{
		"brought by somebody else": {ID: "d1"},
		"other files":              {ID: "d1", Tree: "other"},
	} {
		t.Run(name, func(t *testing.T) {
			facts := fresh()
			f := facts.Services["api"]
			f.Live = live
			facts.Services["api"] = f
			api, _ := build(t, facts).Step("api")
			if api.Change != release.ChangeUpdate || api.Why == "" || api.Precondition != "live=d1" {
				t.Errorf("got %+v", api)
			}
		})
	}
}

func TestBuild_skipsTheClientAndItsChecksWhereItCannotBeBuilt(t *testing.T) {
	facts := fresh()
	f := facts.Services["client"]
	f.Without = "Node.js is not installed"
	facts.Services["client"] = f
	p := build(t, facts)
	got := changes(p)
	for _, id := range []string{"client", "loads", "promote client"} {
		if got[id] != release.ChangeSkip {
			t.Errorf("%s: got %q, want skip", id, got[id])
		}
	}
	if got["uploads"] != release.ChangeRun {
		t.Error("checks of the other services still run")
	}
	if _, ok := p.Step("loads (on the domain)"); ok {
		t.Error("nothing is repeated on a domain that nothing is put on")
	}
}

func TestBuild_repeatsOnTheDomainOnlyTheClientsChecks(t *testing.T) {
	p := build(t, fresh())
	again, ok := p.Step("loads (on the domain)")
	if !ok || !slices.Equal(again.Needs, []string{"promote client"}) {
		t.Errorf("got %+v", again)
	}
	if _, ok := p.Step("uploads (on the domain)"); ok {
		t.Error("a check of the api has nothing to do with the client's domain")
	}
}

func TestDigest_standsForWhatRunsAndForNothingElse(t *testing.T) {
	base := build(t, fresh())
	if again := build(t, fresh()); again.Digest != base.Digest {
		t.Fatalf("the same input gives %s and %s", base.Digest, again.Digest)
	}
	same := map[string]func(*plan.Facts){
		"a note":        func(f *plan.Facts) { f.Notes = []string{"a port moved"} },
		"an open table": func(f *plan.Facts) { f.Migrations.Warn = []string{"table public.books is open to anon"} },
		"a subject":     func(f *plan.Facts) { f.Commit.Subject = "another message" },
		"an address": func(f *plan.Facts) {
			f.Targets = []release.Target{{Name: "railway", Value: "readme", URL: "http://127.0.0.1:1"}}
		},
	}
	differs := map[string]func(*plan.Facts){
		"the commit":     func(f *plan.Facts) { f.Commit.SHA = strings.Repeat("00", 20) },
		"a dirty tree":   func(f *plan.Facts) { f.Commit.Dirty = "1234" },
		"a migration":    func(f *plan.Facts) { f.Migrations.Pending[0].SHA256 = "bb" },
		"the bucket":     func(f *plan.Facts) { f.Bucket.Found = true },
		"an archive":     func(f *plan.Facts) { s := f.Services["api"]; s.Archive = "x"; f.Services["api"] = s },
		"what is live":   func(f *plan.Facts) { s := f.Services["api"]; s.Live.ID = "x"; f.Services["api"] = s },
		"another target": func(f *plan.Facts) { f.Targets = []release.Target{{Name: "railway", Value: "other"}} },
	}
	withTarget := fresh()
	withTarget.Targets = []release.Target{{Name: "railway", Value: "readme"}}
	for name, change := range same {
		f, want := fresh(), base.Digest
		change(&f)
		if len(f.Targets) > 0 {
			want = build(t, withTarget).Digest
		}
		if got := build(t, f).Digest; got != want {
			t.Errorf("%s changed the digest", name)
		}
	}
	for name, change := range differs {
		f := fresh()
		change(&f)
		if build(t, f).Digest == base.Digest {
			t.Errorf("%s did not change the digest", name)
		}
	}
}
