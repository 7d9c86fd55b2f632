package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/source"
)

func TestSelect_readsPatternsAsGitIgnoreDoes(t *testing.T) {
	t.Parallel()
	all := map[string]string{}
	for _, p := range []string{"go.mod", "services/api/main.go", "services/api/sub/x.go", "services/api/go.mod", "services/worker/main.go", "docs/a.md", "docs/deep/b.md", "api/x"} {
		all[p] = p
	}
	r := committed(t, all)
	s := r.read()
	for _, c := range []struct {
		patterns string
		want     string
	}{
		{"services/api/**", "services/api/go.mod services/api/main.go services/api/sub/x.go"},
		{"services/api", "services/api/go.mod services/api/main.go services/api/sub/x.go"},
		{"/services/api/", "services/api/go.mod services/api/main.go services/api/sub/x.go"},
		{"api", "api/x services/api/go.mod services/api/main.go services/api/sub/x.go"},
		{"/api", "api/x"},
		{"go.mod", "go.mod services/api/go.mod"},
		{"/go.mod", "go.mod"},
		{"go.mod/", ""},
		{"*.md", "docs/a.md docs/deep/b.md"},
		{"docs/*.md", "docs/a.md"},
		{"docs/**/*.md", "docs/a.md docs/deep/b.md"},
		{"services/*/main.go", "services/api/main.go services/worker/main.go"},
		{"services/*", "services/api/go.mod services/api/main.go services/api/sub/x.go services/worker/main.go"},
		{"**/sub", "services/api/sub/x.go"},
		{"**", "api/x docs/a.md docs/deep/b.md go.mod services/api/go.mod services/api/main.go services/api/sub/x.go services/worker/main.go"},
		{"nothing/**", ""},
		{"docs/a.md api/x", "api/x docs/a.md"},
	} {
		files, _, err := s.Select(source.Pick{Patterns: strings.Fields(c.patterns)})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(paths(files), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.patterns, got, c.want)
		}
		args := []string{"ls-files", "--cached", "--ignored"}
		for p := range strings.FieldsSeq(c.patterns) {
			args = append(args, "--exclude="+p)
		}
		if git := strings.Join(strings.Fields(r.git(args...)), " "); git != c.want {
			t.Errorf("%s: git itself matches %q", c.patterns, git)
		}
	}
}

func TestTree_changesWithPathModeAndContentOnly(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"api/a": "1", "api/b": "2", "web/c": "3"})
	tree := func() string {
		t.Helper()
		got, err := r.read().Tree(t.Context(), []string{"api/**"})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := tree()
	if len(first) != len("sha256:")+64 {
		t.Errorf("got %q", first)
	}
	r.write(map[string]string{"web/c": "4", "api/.env": "SECRET=1"})
	r.commit("Elsewhere")
	if got := tree(); got != first {
		t.Error("it changed with a file that is not watched")
	}
	seen := map[string]string{first: "the first one"}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"content", func() { r.write(map[string]string{"api/a": "9"}) }},
		{"a new file", func() { r.write(map[string]string{"api/n": ""}) }},
		{"a mode", func() { _ = os.Chmod(filepath.Join(r.dir, "api/a"), 0o755) }},
		{"a name", func() { _ = os.Rename(filepath.Join(r.dir, "api/n"), filepath.Join(r.dir, "api/m")) }},
		{"a link", func() { r.link("a", "api/l") }},
		{"where it leads", func() { r.remove("api/l"); r.link("b", "api/l") }},
		{"a file less", func() { r.remove("api/b") }},
	} {
		step.do()
		got := tree()
		if other, twice := seen[got]; twice {
			t.Errorf("%s: the same hash as %s", step.name, other)
		}
		seen[got] = step.name
	}
}

func TestTree_refusesPatternsThatMatchNothing(t *testing.T) {
	t.Parallel()
	s := committed(t, map[string]string{"a": "1"}).read()
	if _, err := s.Tree(t.Context(), []string{"servces/**"}); err == nil || fault(t, err).Title != "no file matches servces/**" {
		t.Errorf("got %v", err)
	}
}

// BenchmarkRead reads, hashes and archives a repository of 10,000 files.
func BenchmarkRead(b *testing.B) {
	r := newRepo(b)
	files := map[string]string{}
	for i := range 10_000 {
		files[fmt.Sprintf("d%02d/e%02d/file%d.go", i%100, i/100%100, i)] = strings.Repeat(fmt.Sprintln("line", i), 200)
	}
	r.write(files)
	r.commit("Many")
	r.write(map[string]string{"new": "1"})
	for _, c := range []struct {
		name string
		do   func(*source.Source) error
	}{
		{"read", func(*source.Source) error { return nil }},
		{"tree", func(s *source.Source) error { _, err := s.Tree(b.Context(), []string{"**"}); return err }},
		{"archive", func(s *source.Source) error {
			_, err := s.Archive(b.Context(), filepath.Join(b.TempDir(), "a"), source.Pick{})
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.do(r.read()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
