package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/plan"
	"readme/cli/release"
)

// alive is fresh with everything live, from an older commit.
func alive() plan.Facts {
	facts := fresh()
	facts.Migrations = plan.Migrations{Applied: 1}
	facts.Bucket = plan.Bucket{Found: true, MaxSize: 50 << 20, Types: []string{"application/pdf"}}
	for name, live := range map[string]plan.Live{
		"api":    {ID: "d1", URL: "http://api", Commit: "c0", Tree: "t1"},
		"bot":    {ID: "d2", Image: "readme/bot:1", Config: []byte(`{"image":"readme/bot:1"}`)},
		"client": {ID: "d3", URL: "http://client", Commit: "c0", Tree: "t2"},
	} {
		f := facts.Services[name]
		f.Live = live
		facts.Services[name] = f
	}
	return facts
}

func smokePlan(t *testing.T, facts plan.Facts) release.Plan {
	t.Helper()
	rel, env := product()
	p, err := plan.Smoke(rel, env, facts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSmoke_checksWhatIsLiveAndChangesNothing(t *testing.T) {
	facts := alive()
	f := facts.Services["api"]
	f.Tree, f.Live.Tree = "new", "old" // a release would bring it
	facts.Services["api"] = f
	f = facts.Services["client"]
	f.Tree = "new" // and put on its domain
	facts.Services["client"] = f
	facts.Migrations.Pending = []plan.Migration{{Name: "0002.sql"}}
	p := smokePlan(t, facts)
	want := map[string]release.Change{
		"api": release.ChangeNone, "bot": release.ChangeNone, "client": release.ChangeNone,
		"uploads": release.ChangeRun, "reads": release.ChangeRun, "loads": release.ChangeRun, "clean up: uploads": release.ChangeRun,
	}
	if diff := cmp.Diff(want, changes(p)); diff != "" {
		t.Error(diff)
	}
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	for _, s := range p.Steps {
		for _, n := range s.Needs {
			if !slices.Contains(ids, n) {
				t.Errorf("%s needs %s, which is not in the plan", s.ID, n)
			}
		}
	}
	api, _ := p.Step("api")
	if diff := cmp.Diff(map[string]string{"url": "http://api", "commit": "c0", "deployment": "d1"}, api.Outputs); diff != "" {
		t.Errorf("checks see what is live: %s", diff)
	}
	if p.Purpose != release.Smoke || p.Digest == build(t, facts).Digest || p.Digest != plan.Digest(p) {
		t.Errorf("got purpose %q and digest %s", p.Purpose, p.Digest)
	}
}

func TestSmoke_skipsWhatIsNotLive(t *testing.T) {
	facts := alive()
	f := facts.Services["client"]
	f.Live = plan.Live{}
	facts.Services["client"] = f
	p := smokePlan(t, facts)
	loads, _ := p.Step("loads")
	uploads, _ := p.Step("uploads")
	if loads.Change != release.ChangeSkip || !strings.Contains(loads.Why, "client") || uploads.Change != release.ChangeRun {
		t.Errorf("got %s (%s), and %s", loads.Change, loads.Why, uploads.Change)
	}
}

func TestDifference_saysWhatDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*plan.Facts)
		want   string
	}{
		"the commit":       {func(f *plan.Facts) { f.Commit.SHA = strings.Repeat("00", 20) }, "commit: "},
		"what is live":     {func(f *plan.Facts) { s := f.Services["api"]; s.Live.ID = "d9"; f.Services["api"] = s }, "api: live=d1 -> live=d9"},
		"files":            {func(f *plan.Facts) { s := f.Services["api"]; s.Tree = "t9"; f.Services["api"] = s }, "api: no change -> update"},
		"a new migration":  {func(f *plan.Facts) { f.Migrations.Pending = []plan.Migration{{Name: "0002.sql"}} }, "migrations: "},
		"a promote is new": {func(f *plan.Facts) { s := f.Services["client"]; s.Tree = "t9"; f.Services["client"] = s }, "promote client: was not in the plan"},
		"another database": {func(f *plan.Facts) { f.Targets = []release.Target{{Name: "postgres", Value: "other"}} }, "the targets"},
	} {
		t.Run(name, func(t *testing.T) {
			facts := alive()
			c.change(&facts)
			approved, now := build(t, alive()), build(t, facts)
			if approved.Digest == now.Digest {
				t.Fatal("the digests do not differ")
			}
			got := plan.Difference(approved, now)
			if c.want == "api: no change -> update" { // the word for no change is the plan's own
				a, _ := approved.Step("api")
				c.want = "api: " + string(a.Change) + " -> update"
			}
			if !slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, c.want) }) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if name != "another database" && slices.Contains(got, "the targets") {
				t.Errorf("the targets are the same: %q", got)
			}
			if back := plan.Difference(now, approved); name == "a promote is new" && !slices.Contains(back, "promote client: is no longer in the plan") {
				t.Errorf("got %q", back)
			}
		})
	}
	a := build(t, alive())
	b := a
	b.OnFailure = "leave"
	if got := plan.Difference(a, b); !slices.Equal(got, []string{"on_failure: rollback -> leave"}) {
		t.Errorf("got %q", got)
	}
}

func TestBuild_takesTheOrderOfABucketsTypesForNothing(t *testing.T) {
	rel, env := product()
	rel.Bucket.Types = []string{"application/pdf", "text/plain"}
	facts := alive()
	facts.Bucket.Types = []string{"text/plain", "application/pdf"}
	p, err := plan.Build(rel, env, facts)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := p.Step("bucket"); b.Change != release.ChangeNone {
		t.Errorf("got %s %v", b.Change, b.Lines)
	}
}

func TestBuild_tellsSettingsFromFiles(t *testing.T) {
	for tree, want := range map[string]string{
		"t1+s0": "in release.yaml has changed", "t0+s1": "its files have changed", "t10+s1": "its files have changed", "t1+s1": "its files are as in",
	} {
		facts := alive()
		f := facts.Services["api"]
		f.Tree, f.Live.Tree = "t1+s1", tree
		facts.Services["api"] = f
		if api, _ := build(t, facts).Step("api"); !strings.Contains(api.Why, want) {
			t.Errorf("live %s: got %q, want %q", tree, api.Why, want)
		}
	}
}
