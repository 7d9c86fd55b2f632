package source_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/release"
	"readme/cli/source"
)

// repo is a real repository in a temporary folder.
type repo struct {
	tb   testing.TB
	dir  string
	home string
}

func newRepo(tb testing.TB) repo {
	tb.Helper()
	r := repo{tb, tb.TempDir(), tb.TempDir()}
	r.git("init", "-q", "-b", "main")
	return r
}

// committed is a repository with these files, all committed.
func committed(tb testing.TB, files map[string]string) repo {
	tb.Helper()
	r := newRepo(tb)
	r.write(files)
	r.commit("First commit")
	return r
}

// environ is what a shell in a hook of another repository would hand down.
func (r repo) environ() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.home,
		"GIT_DIR=/nowhere", "GIT_WORK_TREE=/nowhere", "GIT_INDEX_FILE=/nowhere", "GIT_PAGER=false", "GIT_TRACE=1", "LC_ALL=de_DE.UTF-8",
	}
}

func (r repo) git(args ...string) string { return r.gitIn(r.dir, args...) }

func (r repo) gitIn(dir string, args ...string) string {
	r.tb.Helper()
	cmd := exec.CommandContext(r.tb.Context(), "git", append([]string{"-c", "user.name=A", "-c", "user.email=a@example.test", "-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.home, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repo) write(files map[string]string) {
	r.tb.Helper()
	for name, content := range files {
		path := filepath.Join(r.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			r.tb.Fatal(err)
		}
	}
}

func (r repo) remove(names ...string) {
	r.tb.Helper()
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(r.dir, name)); err != nil {
			r.tb.Fatal(err)
		}
	}
}

func (r repo) link(target, name string) {
	r.tb.Helper()
	if err := os.Symlink(target, filepath.Join(r.dir, name)); err != nil {
		r.tb.Fatal(err)
	}
}

func (r repo) commit(message string) {
	r.tb.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "-m", message)
}

func (r repo) read() *source.Source {
	r.tb.Helper()
	return r.readIn(r.dir)
}

func (r repo) readIn(dir string) *source.Source {
	r.tb.Helper()
	s, err := source.Read(r.tb.Context(), dir, r.environ())
	if err != nil {
		r.tb.Fatal(err)
	}
	return s
}

func paths(files []source.File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
}

func fault(tb testing.TB, err error) *release.Fault {
	tb.Helper()
	f, ok := errors.AsType[*release.Fault](err)
	if !ok {
		tb.Fatalf("got %v, want a fault", err)
	}
	if f.Title == "" || f.Try == "" || f.Exit == 0 {
		tb.Errorf("incomplete fault %+v", f)
	}
	return f
}
