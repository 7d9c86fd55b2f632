package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
	"readme/cli/source"
)

func TestTags_areAllOfThemAndSayWhichPointAtACommit(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a": "1"})
	first := r.git("rev-parse", "HEAD")
	r.git("tag", "v1.9.0")
	r.git("tag", "-a", "-m", "annotated", "v1.10.0")
	r.write(map[string]string{"a": "2"})
	r.commit("Second")
	r.git("tag", "release/2")
	tags, err := r.read().Tags(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	want := []source.Tag{{Name: "v1.10.0", Here: true}, {Name: "v1.9.0", Here: true}, {Name: "release/2"}}
	if diff := cmp.Diff(want, tags); diff != "" {
		t.Error(diff)
	}
	if r.read().Shallow(t.Context()) {
		t.Error("a whole clone is called shallow")
	}
	cut := filepath.Join(t.TempDir(), "cut")
	r.git("clone", "-q", "--depth=1", "file://"+r.dir, cut)
	s, err := source.Read(t.Context(), cut, r.environ())
	if err != nil {
		t.Fatal(err)
	}
	if !s.Shallow(t.Context()) || s.Has(t.Context(), first) || !r.read().Has(t.Context(), first) || s.Has(t.Context(), "HEAD") {
		t.Error("a clone that was cut off is taken for a whole one")
	}
}

func TestIgnores_tellsWhatIsNoPartOfARelease(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"dir/a": "1", ".gitignore": "*.log\nkept/\n"})
	s := r.read()
	for path, want := range map[string]bool{
		"x.log": true, "dir/x.log": true, "kept/plan": true, ".readme-ops/plan": true, "../plan": true,
		"plan": false, "dir/plan": false, "new/plan": false, ".readme-ops-plan": false,
	} {
		if got := s.Ignores(t.Context(), filepath.Join(r.dir, path)); got != want {
			t.Errorf("%s: got %t", path, got)
		}
	}
}

func TestCheckOut_bringsACommitBesideTheWorkTreeAndDiscardLeavesNothing(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"app/a": "1", "b": "1"})
	first := r.git("rev-parse", "HEAD")
	r.write(map[string]string{"app/a": "2"})
	r.commit("Second")
	r.write(map[string]string{"app/a": "3"})
	// A hook of the person's own has nothing to do with it.
	hook := filepath.Join(r.dir, ".git", "hooks", "post-checkout")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ntouch ran\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := source.Read(t.Context(), filepath.Join(r.dir, "app"), r.environ())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(r.dir, "app", ".readme-ops", "commits", "one")
	dir, err := s.CheckOut(t.Context(), first, folder)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "a")); string(raw) != "1" || err != nil || dir != filepath.Join(folder, "app") {
		t.Errorf("got %q, %v in %s", raw, err, dir)
	}
	then, err := source.Read(t.Context(), dir, r.environ())
	if err != nil || then.Commit.String() != first || then.Branch != "" {
		t.Errorf("got %+v, %v, want a clean %s", then, err, first)
	}
	if now, err := source.Read(t.Context(), s.Dir, r.environ()); err != nil || len(now.Changed) != 1 {
		t.Errorf("the work tree: got %q, %v", now.Changed, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "ran")); err == nil {
		t.Error("a hook ran")
	}
	for _, what := range []string{"a checkout", "one that is gone"} {
		if err := s.Discard(t.Context(), folder); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	// One that was cut off while it was made: git does not know it.
	if err := os.MkdirAll(filepath.Join(folder, "half"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(t.Context(), folder); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) || strings.Count(r.git("worktree", "list"), "\n") != 0 {
		t.Errorf("left: %v\n%s", err, r.git("worktree", "list"))
	}
}

func TestCheckOut_ofACommitThatIsNotHereSaysHowToFetchIt(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a": "1"})
	_, err := r.read().CheckOut(t.Context(), strings.Repeat("ab", 20), filepath.Join(t.TempDir(), "x"))
	fault, ok := errors.AsType[*release.Fault](err)
	if !ok || fault.Exit != release.ExitUsage || !strings.HasSuffix(fault.Try, "fetch origin "+strings.Repeat("ab", 20)) {
		t.Errorf("got %v", err)
	}
}
