package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/source"
)

func TestTreeAt_isWhatTreeWasThen(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"api/main.go": "one\nwithout an end", "api/run.sh": "#!/bin/sh\n", "api/.env": "SECRET=1\n", "docs/a.md": "", "api/empty": ""})
	if err := os.Chmod(filepath.Join(r.dir, "api/run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"api/link": "main.go", "api/out": "../../elsewhere"} {
		if err := os.Symlink(target, filepath.Join(r.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	r.commit("With a link")
	patterns := []string{"api/**"}
	before := r.read()
	want, err := before.Tree(t.Context(), patterns)
	if err != nil {
		t.Fatal(err)
	}
	first := before.Commit.SHA

	r.write(map[string]string{"api/main.go": "two\n"})
	r.commit("Second")
	s := r.read()
	if got, err := s.TreeAt(t.Context(), first, patterns); err != nil || got != want {
		t.Errorf("TreeAt(first) = %s, %v; Tree was %s then", got, err, want)
	}
	now, err := s.Tree(t.Context(), patterns)
	if err != nil || now == want {
		t.Fatalf("Tree = %s, %v", now, err)
	}
	if got, err := s.TreeAt(t.Context(), s.Commit.SHA, patterns); err != nil || got != now {
		t.Errorf("TreeAt(head) = %s, %v; Tree is %s", got, err, now)
	}
}

func TestTreeAt_knowsNothingOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a/b": "c"})
	s := r.read()
	for name, c := range map[string]struct {
		commit  string
		pattern string
	}{
		"a commit of another clone":  {strings.Repeat("0", 40), "a/**"},
		"an option":                  {"--help", "a/**"},
		"a branch":                   {"main", "a/**"},
		"a commit without the files": {s.Commit.SHA, "x/**"},
		"nothing":                    {"", "a/**"},
	} {
		if got, err := s.TreeAt(t.Context(), c.commit, []string{c.pattern}); err != nil || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestRepo_isReadFromTheRemote(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"https://github.com/ada/readme.git":            "ada/readme",
		"https://ada:token@github.com/ada/readme":      "ada/readme",
		"git@github.com:ada/read.me.git":               "ada/read.me",
		"ssh://git@github.com/ada/readme/":             "ada/readme",
		"../elsewhere/readme":                          "",
		"/srv/git/ada/readme.git":                      "",
		"https://github.com/readme":                    "",
		"https://git.example.test/group/sub/ada/x.git": "",
	} {
		if got := (&source.Source{Remote: remote}).Repo(); got != want {
			t.Errorf("%s: %q, want %q", remote, got, want)
		}
	}
}
