package source_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readme/cli/source"
)

func TestRead_describesACleanCommit(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a.txt": "a", "dir/b.sh": "b", ".gitignore": "*.log\n"})
	if err := os.Chmod(filepath.Join(r.dir, "dir/b.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.git("remote", "add", "origin", "https://me:token@example.test/owner/name.git?x=1")
	r.commit("Second: ümlauts\n\nand a body")
	r.write(map[string]string{"x.log": "ignored"})
	s := r.read()
	if s.Commit.SHA != r.git("rev-parse", "HEAD") || s.Commit.Dirty != "" || s.Commit.Subject != "Second: ümlauts" {
		t.Errorf("got %+v", s.Commit)
	}
	if s.Branch != "main" || s.Remote != "https://example.test/owner/name.git" {
		t.Errorf("got branch %q, remote %q", s.Branch, s.Remote)
	}
	want := []source.File{{Path: ".gitignore", Mode: 0o644, Size: 6}, {Path: "a.txt", Mode: 0o644, Size: 1}, {Path: "dir/b.sh", Mode: 0o755, Size: 1}}
	if diff := cmp.Diff(want, s.Files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.git("checkout", "-q", "--detach")
	if got := r.read().Branch; got != "" {
		t.Errorf("detached: got branch %q", got)
	}
}

func TestRead_namesEveryKindOfDifferenceInOneStableHash(t *testing.T) {
	t.Parallel()
	base := map[string]string{"a": "1", "b": "1", "dir/c": "1"}
	seen := map[string]string{}
	for name, change := range map[string]func(repo){
		"another content":    func(r repo) { r.write(map[string]string{"a": "2"}) },
		"yet another one":    func(r repo) { r.write(map[string]string{"a": "3"}) },
		"another file":       func(r repo) { r.write(map[string]string{"b": "2"}) },
		"a new file":         func(r repo) { r.write(map[string]string{"d": "1"}) },
		"a file in a folder": func(r repo) { r.write(map[string]string{"new/d": "1"}) },
		"a file less":        func(r repo) { r.remove("a") },
		"a mode":             func(r repo) { _ = os.Chmod(filepath.Join(r.dir, "a"), 0o755) },
		"a moved file":       func(r repo) { r.git("mv", "a", "z") },
	} {
		t.Run(name, func(t *testing.T) {
			r := committed(t, base)
			change(r)
			s := r.read()
			if len(s.Commit.Dirty) != 12 || len(s.Changed) == 0 {
				t.Fatalf("got %+v, changed %q", s.Commit, s.Changed)
			}
			if again := r.read(); again.Commit.Dirty != s.Commit.Dirty {
				t.Errorf("the hash is not stable: %s, then %s", s.Commit.Dirty, again.Commit.Dirty)
			}
			r.git("add", "-A")
			if staged := r.read(); staged.Commit.Dirty != s.Commit.Dirty {
				t.Errorf("staged: got %s, want %s", staged.Commit.Dirty, s.Commit.Dirty)
			}
			if other, twice := seen[s.Commit.Dirty]; twice {
				t.Errorf("the same hash as %s", other)
			}
			seen[s.Commit.Dirty] = name
		})
	}
}

func TestRead_ignoresItsOwnRecords(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a": "1"})
	r.write(map[string]string{".readme-ops/journal": "x"})
	s := r.read()
	if s.Commit.Dirty != "" || !cmp.Equal(paths(s.Files), []string{"a"}) {
		t.Errorf("got %+v, files %q", s.Commit, paths(s.Files))
	}
}

func TestRead_takesOddNamesAsTheyAre(t *testing.T) {
	t.Parallel()
	names := []string{" lead", "a\nb", "nul-less\ttab", "quote\"'s", "ümlaut é", "back\\slash", "-n", "*?[x]"}
	files := map[string]string{}
	for _, n := range names {
		files[n] = n
	}
	r := committed(t, files)
	byPath := cmpopts.SortSlices(func(a, b string) bool { return a < b })
	if diff := cmp.Diff(names, paths(r.read().Files), byPath); diff != "" {
		t.Errorf("tracked (-want +got):\n%s", diff)
	}
	r = newRepo(t)
	r.write(map[string]string{"a": ""})
	r.commit("First")
	r.write(files)
	s := r.read()
	if diff := cmp.Diff(append(names, "a"), paths(s.Files), byPath); diff != "" {
		t.Errorf("untracked (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(names, s.Changed, byPath); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}

func TestRead_staysBelowTheFolderThatItWasGiven(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"shop/a": "1", "other/b": "1"})
	r.write(map[string]string{"other/b": "2", "top": "1"})
	s := r.readIn(filepath.Join(r.dir, "shop"))
	if s.Commit.Dirty != "" || !cmp.Equal(paths(s.Files), []string{"a"}) {
		t.Errorf("got %+v, files %q", s.Commit, paths(s.Files))
	}
	r.write(map[string]string{"shop/a": "2", "shop/n": "1"})
	if s := r.readIn(filepath.Join(r.dir, "shop")); !cmp.Equal(s.Changed, []string{"a", "n"}) || s.Commit.Dirty == "" {
		t.Errorf("got %q, %+v", s.Changed, s.Commit)
	}
}

func TestRead_looksIntoSubmodulesAndNotIntoOtherRepositories(t *testing.T) {
	t.Parallel()
	lib := committed(t, map[string]string{"lib.go": "1"})
	r := committed(t, map[string]string{"a": "1"})
	r.git("submodule", "add", "-q", lib.dir, "vendor/lib")
	r.commit("A submodule")
	s := r.read()
	if diff := cmp.Diff([]string{".gitmodules", "a", "vendor/lib/lib.go"}, paths(s.Files)); diff != "" || s.Commit.Dirty != "" {
		t.Errorf("%+v (-want +got):\n%s", s.Commit, diff)
	}
	r.write(map[string]string{"vendor/lib/lib.go": "2"})
	first := r.read().Commit.Dirty
	r.write(map[string]string{"vendor/lib/lib.go": "3"})
	if second := r.read().Commit.Dirty; first == "" || second == "" || first == second {
		t.Errorf("a change in a submodule: got %q, then %q", first, second)
	}
	r.git("submodule", "deinit", "-q", "-f", "vendor/lib")
	r.gitIn(r.dir, "init", "-q", "nested")
	r.write(map[string]string{"nested/x": "1"})
	s = r.read()
	if diff := cmp.Diff([]string{"nested/", "vendor/lib/"}, s.Skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{".gitmodules", "a"}, paths(s.Files)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRead_knowsWhatASparseCheckoutLeavesOut(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"api/a": "1", "web/b": "1", "top": "1"})
	r.git("sparse-checkout", "set", "api")
	s := r.read()
	if s.Commit.Dirty != "" || !cmp.Equal(s.Absent, []string{"web/b"}) || !cmp.Equal(paths(s.Files), []string{"api/a", "top"}) {
		t.Errorf("got %+v, absent %q, files %q", s.Commit, s.Absent, paths(s.Files))
	}
	if _, err := s.Tree(t.Context(), []string{"api/**"}); err != nil {
		t.Error(err)
	}
	if _, err := s.Tree(t.Context(), []string{"api/**", "web/**"}); err == nil || fault(t, err).Title != "web/b is not checked out" {
		t.Errorf("got %v", err)
	}
}

func TestRead_listsAFileInConflictOnce(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a": "1"})
	r.git("checkout", "-q", "-b", "other")
	r.write(map[string]string{"a": "2"})
	r.commit("Other")
	r.git("checkout", "-q", "main")
	r.write(map[string]string{"a": "3"})
	r.commit("Main")
	out := r.gitFails("merge", "-q", "other")
	s := r.read()
	if !cmp.Equal(paths(s.Files), []string{"a"}) || !cmp.Equal(s.Changed, []string{"a"}) || s.Commit.Dirty == "" {
		t.Errorf("got %q, changed %q, %+v\n%s", paths(s.Files), s.Changed, s.Commit, out)
	}
}

// What git takes for deleted is not read through a link that has taken its folder's place.
func TestRead_doesNotFollowALinkInPlaceOfAFolder(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a/secret": "1", "b": "1", ".gitignore": "private\n"})
	r.write(map[string]string{"private/secret": "not for anyone"})
	r.remove("a")
	r.link("private", "a")
	s := r.read()
	if diff := cmp.Diff([]string{".gitignore", "a", "b"}, paths(s.Files)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.Files[1].Mode != fs.ModeSymlink {
		t.Errorf("got %+v", s.Files[1])
	}
}

func TestRead_saysWhatIsMissing(t *testing.T) {
	t.Parallel()
	plain := t.TempDir()
	empty := newRepo(t)
	ignored := committed(t, map[string]string{".gitignore": "out\n"})
	ignored.write(map[string]string{"out/x": "1"})
	bare := newRepo(t)
	bare.git("init", "-q", "--bare", "bare.git")
	home := t.TempDir()
	for name, c := range map[string]struct {
		dir, path, want string
	}{
		"no repository":         {plain, os.Getenv("PATH"), " is in no git repository"},
		"no commit":             {empty.dir, os.Getenv("PATH"), " has no commit yet"},
		"all ignored":           {filepath.Join(ignored.dir, "out"), os.Getenv("PATH"), "there is nothing to release in "},
		"a bare repository":     {filepath.Join(bare.dir, "bare.git"), os.Getenv("PATH"), " is no work tree"},
		"no git":                {empty.dir, plain, "git is not installed"},
		"another owner":         {empty.dir, fakeGit(t, "echo \"fatal: detected dubious ownership in repository at 'x'\" >&2; exit 128"), "git refuses the repository in "},
		"a git that is ill":     {empty.dir, fakeGit(t, "echo 'fatal: index file corrupt' >&2; exit 128"), "cannot read what git knows of "},
		"a git that never ends": {empty.dir, fakeGit(t, "exec yes"), "cannot read what git knows of "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := source.Read(t.Context(), c.dir, []string{"PATH=" + c.path, "HOME=" + home})
			if f := fault(t, err); !strings.Contains(f.Title, c.want) {
				t.Errorf("got %q, want %q", f.Title, c.want)
			}
		})
	}
}

func TestRead_endsWhenItIsCancelled(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a": "1"})
	started := filepath.Join(t.TempDir(), "started")
	if err := mkfifo(started); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stopped by a person")
	go func() {
		_, _ = os.ReadFile(started) // ends when git has started
		cancel(stop)
	}()
	_, err := source.Read(ctx, r.dir, []string{"PATH=" + fakeGit(t, "echo > '"+started+"'; exec sleep 1000")})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
