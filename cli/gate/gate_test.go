package gate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/gate"
	"readme/cli/release"
	"readme/cli/spec"
)

var (
	commit = release.Commit{SHA: strings.Repeat("ab", 20)}
	dirty  = release.Commit{SHA: strings.Repeat("ab", 20), Dirty: "1234"}
	other  = release.Commit{SHA: strings.Repeat("cd", 20)}
)

func run(name string, c release.Commit, v release.Verdict) gate.Run {
	return gate.Run{Name: name, Commit: c, Verdict: v}
}

func back(name string, to release.Commit) gate.Run {
	return gate.Run{Name: name, Commit: to, Verdict: release.Released, Purpose: release.Rollback}
}

func boxed(r gate.Run) gate.Run { r.Box = true; return r }

func gone(r gate.Run) gate.Run { r.Gone = true; return r }

// The newest run stands first in every record.
func TestPassed_isOpenedByAGreenReleaseOfTheVeryCommitAndByNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		commit release.Commit
		box    bool
		runs   []gate.Run
		want   release.GateStatus
		text   string
		way    string
	}{
		"nothing yet":                            {commit, false, nil, release.GateMissing, "abababa was not released there", "release --env dev"},
		"released":                               {commit, false, []gate.Run{run("r1", commit, release.Released)}, release.GateOpen, "run r1", ""},
		"released, then another":                 {commit, false, []gate.Run{run("r2", other, release.Released), run("r1", commit, release.Released)}, release.GateOpen, "run r1", ""},
		"another commit":                         {commit, false, []gate.Run{run("r1", other, release.Released)}, release.GateMissing, "was not released there", "release --env dev"},
		"the commit with changes is another one": {commit, false, []gate.Run{run("r1", dirty, release.Released)}, release.GateMissing, "was not released there", ""},
		"the same changes":                       {dirty, false, []gate.Run{run("r1", dirty, release.Released)}, release.GateOpen, "run r1", ""},
		"rolled back":                            {commit, false, []gate.Run{run("r1", commit, release.PutBack)}, release.GateMissing, "was not released there", ""},
		"unproven":                               {commit, false, []gate.Run{run("r1", commit, release.Unproven)}, release.GateMissing, "was not released there", ""},
		"superseded":                             {commit, false, []gate.Run{run("r1", commit, release.Superseded)}, release.GateMissing, "was not released there", ""},
		"failed once, then green":                {commit, false, []gate.Run{run("r2", commit, release.Released), run("r1", commit, release.PutBack)}, release.GateOpen, "run r2", ""},
		"green once, then failed":                {commit, false, []gate.Run{run("r2", commit, release.PutBack), run("r1", commit, release.Released)}, release.GateOpen, "run r1", ""},
		"only in the box":                        {commit, false, []gate.Run{boxed(run("r1", commit, release.Released))}, release.GateMissing, "was not released there", ""},
		"in the box, for the box":                {commit, true, []gate.Run{boxed(run("r1", commit, release.Released))}, release.GateOpen, "run r1", ""},
		"real, for the box":                      {commit, true, []gate.Run{run("r1", commit, release.Released)}, release.GateMissing, "was not released there", ""},
		"under way":                              {commit, false, []gate.Run{run("r1", commit, release.Going)}, release.GateWaiting, "is being released there: run r1", "show r1"},
		"another under way":                      {commit, false, []gate.Run{run("r1", other, release.Going)}, release.GateMissing, "was not released there", ""},
		"under way again, but green before":      {commit, false, []gate.Run{run("r2", commit, release.Going), run("r1", commit, release.Released)}, release.GateOpen, "run r1", ""},
		"killed":                                 {commit, false, []gate.Run{gone(run("r1", commit, release.Going))}, release.GateMissing, "is not finished: run r1", "resume --env dev"},
		"paused":                                 {commit, false, []gate.Run{run("r1", commit, release.Paused)}, release.GateMissing, "is not finished: run r1", "resume --env dev"},
		"taken back by hand":                     {commit, false, []gate.Run{back("r2", other), run("r1", commit, release.Released)}, release.GateMissing, "taken back by hand: run r2", "release --env dev"},
		"taken back, with failures between": {
			commit, false,
			[]gate.Run{back("r3", other), run("r2", other, release.PutBack), run("r1", commit, release.Released)},
			release.GateMissing, "taken back by hand: run r3", "",
		},
		"taken back long ago, another since": {commit, false, []gate.Run{run("r3", other, release.Released), back("r2", other), run("r1", commit, release.Released)}, release.GateMissing, "taken back by hand: run r2", ""},
		"taken back, and released again":     {commit, false, []gate.Run{run("r3", commit, release.Released), back("r2", other), run("r1", commit, release.Released)}, release.GateOpen, "run r3", ""},
		"the next one was taken back":        {commit, false, []gate.Run{back("r3", commit), run("r2", other, release.Released), run("r1", commit, release.Released)}, release.GateOpen, "run r1", ""},
		"a rollback brings no proof":         {commit, false, []gate.Run{back("r1", commit)}, release.GateMissing, "was not released there", ""},
	} {
		got := gate.Judge(spec.Requires{Passed: "dev"}, gate.Facts{Env: "prod", Commit: c.commit, Box: c.box, Record: gate.Record{Runs: c.runs}})
		if len(got) != 1 || got[0].Status != c.want || !strings.Contains(got[0].Text, c.text) || !strings.Contains(strings.Join(got[0].Ways, "\n"), c.way) {
			t.Errorf("%s: got %+v, want %s, %q and the way %q", name, got, c.want, c.text, c.way)
		}
	}
}

func TestPassed_saysWhatTheRecordHasInsteadAndWhereItWasLooked(t *testing.T) {
	record := gate.Record{Looked: []string{"looked in the journals"}}
	for range 5 {
		record.Runs = append(record.Runs, boxed(run("r1", commit, release.Released)))
	}
	record.Runs[1] = back("r2", other)
	got := gate.Judge(spec.Requires{Passed: "dev"}, gate.Facts{Commit: commit, Record: record})[0].Seen
	want := []string{
		"run r1: abababa, released, in the box, which proves nothing for a real environment",
		"run r2: cdcdcdc, released (a rollback)",
		"run r1: abababa, released, in the box, which proves nothing for a real environment",
		"looked in the journals",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	without := run("r1", commit, release.Released)
	without.Without = []string{"client"}
	if g := gate.Judge(spec.Requires{Passed: "dev"}, gate.Facts{Commit: commit, Record: gate.Record{Runs: []gate.Run{without}}})[0]; !strings.HasSuffix(g.Text, ", without the client") {
		t.Errorf("got %q", g.Text)
	}
}

func TestClean_namesWhatDiffers(t *testing.T) {
	requires := spec.Requires{Clean: true}
	if got := gate.Judge(requires, gate.Facts{Commit: commit}); got[0].Status != release.GateOpen {
		t.Errorf("got %+v", got)
	}
	files := strings.Split("a b c d e f g h i j", " ")
	got := gate.Judge(requires, gate.Facts{Commit: dirty, Changed: files})[0]
	if got.Status != release.GateMissing || !slices.Equal(got.Seen, append(files[:8:8], "and 2 more")) {
		t.Errorf("got %+v", got)
	}
	if files[8] != "i" {
		t.Error("the facts were written to")
	}
}

func TestAny_isOpenedByATagOfTheCommitOrAsksForAnApproval(t *testing.T) {
	tag, approval := spec.Gate{Tag: "v*"}, spec.Gate{Approval: true}
	for name, c := range map[string]struct {
		any   []spec.Gate
		facts gate.Facts
		want  release.GateStatus
		text  string
		ways  []string
	}{
		"a tag":                     {[]spec.Gate{tag, approval}, gate.Facts{Tags: []string{"beta", "v1"}}, release.GateOpen, "tag v1 points at abababa", nil},
		"a tag of another commit":   {[]spec.Gate{tag}, gate.Facts{Others: []string{"v1.9.0", "v1.8.0"}}, release.GateMissing, "no tag v* points at abababa", []string{"git tag v1.9.1 " + commit.SHA}},
		"no tag at all":             {[]spec.Gate{tag}, gate.Facts{}, release.GateMissing, "no tag v*", []string{"git tag v0.1.0 " + commit.SHA}},
		"another tag here":          {[]spec.Gate{tag}, gate.Facts{Tags: []string{"beta"}, Others: []string{"x", "v2-rc"}}, release.GateMissing, "", []string{"git tag v3-rc " + commit.SHA}},
		"a slash is none":           {[]spec.Gate{tag}, gate.Facts{Tags: []string{"v1/x"}}, release.GateMissing, "", nil},
		"one of two patterns":       {[]spec.Gate{{Tag: "x"}, tag}, gate.Facts{Tags: []string{"v1"}}, release.GateOpen, "tag v1", nil},
		"either way":                {[]spec.Gate{tag, approval}, gate.Facts{Approve: "approve it"}, release.GateAsks, "so it needs an approval", []string{"approve it", "git tag v0.1.0 " + commit.SHA}},
		"an approval":               {[]spec.Gate{approval}, gate.Facts{Approve: "approve it", Tags: []string{"v1"}}, release.GateAsks, "it needs an approval: the plan's digest, or a person in a terminal who types prod", []string{"approve it"}},
		"a pattern without a guess": {[]spec.Gate{{Tag: "v[0-9]"}}, gate.Facts{}, release.GateMissing, "", nil},
		"what was tagged is not what lies here": {
			[]spec.Gate{tag, approval},
			gate.Facts{Commit: dirty, Tags: []string{"v1"}, Approve: "approve it"},
			release.GateAsks, "which is in no commit",
			[]string{"approve it"},
		},
	} {
		c.facts.Env = "prod"
		if c.facts.Commit.SHA == "" {
			c.facts.Commit = commit
		}
		got := gate.Judge(spec.Requires{Any: c.any}, c.facts)[0]
		if got.Status != c.want || !strings.Contains(got.Text, c.text) || (c.ways != nil && !slices.Equal(got.Ways, c.ways)) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	got := gate.Judge(spec.Requires{Any: []spec.Gate{tag}}, gate.Facts{Commit: commit, Shallow: true})[0]
	if !strings.Contains(strings.Join(got.Seen, ""), "git fetch --tags") {
		t.Errorf("a clone that is cut off: got %q", got.Seen)
	}
}

func TestJudge_asksInTheOrderInWhichAPersonWouldOpenThem(t *testing.T) {
	all := gate.Judge(spec.Requires{Passed: "dev", Clean: true, Any: []spec.Gate{{Tag: "v*"}, {Approval: true}}}, gate.Facts{Commit: dirty})
	var names []string
	for _, g := range all {
		names = append(names, g.Name)
	}
	if diff := cmp.Diff([]string{"clean", "passed dev", "tag v* or approval"}, names); diff != "" {
		t.Error(diff)
	}
	if got := gate.Judge(spec.Requires{}, gate.Facts{Commit: dirty}); got != nil || gate.Stand(spec.Requires{}) {
		t.Errorf("an environment without gates has %+v", got)
	}
}

func TestGreen_isWhatBroughtWhatIsLive(t *testing.T) {
	third := release.Commit{SHA: strings.Repeat("ef", 20)}
	for name, c := range map[string]struct {
		runs []gate.Run
		want string
	}{
		"nothing":             {nil, ""},
		"the newest":          {[]gate.Run{run("r2", commit, release.Released), run("r1", other, release.Released)}, "r2"},
		"failed since":        {[]gate.Run{run("r2", commit, release.PutBack), run("r1", other, release.Released)}, "r1"},
		"under way":           {[]gate.Run{run("r2", commit, release.Going), run("r1", other, release.Released)}, "r1"},
		"taken back":          {[]gate.Run{back("r3", other), run("r2", commit, release.Released), run("r1", other, release.Released)}, "r1"},
		"taken back twice":    {[]gate.Run{back("r5", third), back("r4", other), run("r3", commit, release.Released), run("r2", other, release.Released), run("r1", third, release.Released)}, "r1"},
		"back to the unknown": {[]gate.Run{back("r2", other), run("r1", commit, release.Released)}, ""},
		"in the other world":  {[]gate.Run{boxed(run("r2", commit, release.Released)), run("r1", other, release.Released)}, "r1"},
	} {
		if got, ok := (gate.Record{Runs: c.runs}).Green(false); got.Name != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %q, %t, want %q", name, got.Name, ok, c.want)
		}
	}
}
