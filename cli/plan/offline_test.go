package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/spec"
)

func offline(t *testing.T, tree plan.Tree) release.Plan {
	t.Helper()
	rel, _, err := spec.Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	env, _ := rel.Environment("dev")
	tree.Commit = release.Commit{SHA: strings.Repeat("a", 40)}
	tree.Migrations = []plan.Migration{{Name: "0001_books.sql"}, {Name: "0002_more.sql"}}
	p, err := plan.Offline(rel, env, tree)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOffline_canNotBeTakenForAPlanThatRuns(t *testing.T) {
	t.Parallel()
	p := offline(t, plan.Tree{})
	if p.Digest != "" || p.Purpose != release.Offline || len(p.Targets) != 4 {
		t.Errorf("digest %q, purpose %q, targets %v", p.Digest, p.Purpose, p.Targets)
	}
	for _, s := range p.Steps {
		if s.Inputs != nil || s.Precondition != "" || s.Undo != "" || s.From != "" || (s.Kind == release.KindDeploy && s.Change != release.ChangeUpdate) {
			t.Errorf("%s tells what nobody has read: %+v", s.ID, s)
		}
	}
	if client, _ := p.Step("client"); !cmp.Equal(client.Needs, []string{"api", "bot"}) {
		t.Errorf("the client comes after %v", client.Needs)
	}
}

func TestOffline_saysWhatAChangeIsAboutNextToItsBase(t *testing.T) {
	t.Parallel()
	p := offline(t, plan.Tree{Base: "origin/main", New: []string{"0002_more.sql"}, Touched: map[string]bool{"api": true, "worker": false, "bot": false, "client": false}})
	got := map[string]string{}
	for _, s := range p.Steps {
		if !s.Proves() {
			got[s.ID] = string(s.Change) + ": " + s.Why + " " + strings.Join(s.Lines, ",")
		}
	}
	want := map[string]string{
		"migrations":     "update: new since origin/main + 0002_more.sql",
		"bucket":         "update: only if it is not so already private, at most 50 MB",
		"api":            "update: its files have changed since origin/main ",
		"worker":         "none: its files are as in origin/main ",
		"bot":            "none: its files are as in origin/main ",
		"client":         "none: its files are as in origin/main ",
		"promote client": "none: nothing of it has changed since origin/main ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
