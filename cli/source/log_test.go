package source_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/source"
)

func TestSince_listsTheCommitsThatTouchTheFiles(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"api/main.go": "0", "docs/a.md": "0"})
	first := r.read().Commit.SHA
	for _, c := range []struct{ file, subject string }{
		{"api/main.go", "One"}, {"docs/a.md", "Only words"}, {"api/größe.go", "Two: ::error::\x1b[31m"}, {"api/main.go", "Three"},
	} {
		r.write(map[string]string{c.file: c.subject})
		r.commit(c.subject)
	}
	r.git("checkout", "-q", "-b", "side", first)
	r.write(map[string]string{"api/side.go": "side"})
	r.commit("On the side")
	r.git("checkout", "-q", "main")
	r.git("merge", "-q", "--no-ff", "-m", "Merge it", "side")
	s := r.read()
	subjects := func(patterns []string, most int) []string {
		t.Helper()
		changes, more, err := s.Since(t.Context(), first, s.Commit.SHA, patterns, most)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, c := range changes {
			if len(c.SHA) != 40 {
				t.Errorf("%q is no commit", c.SHA)
			}
			all = append(all, c.Subject)
		}
		return append(all, strings.Repeat("+", more))
	}
	for name, c := range map[string]struct{ got, want []string }{
		"a folder":          {subjects([]string{"docs/**"}, 10), []string{"Only words", ""}},
		"a name not ASCII":  {subjects([]string{"größe.go"}, 10), []string{"Two: ::error::\x1b[31m", ""}},
		"nothing":           {subjects([]string{"worker/**"}, 10), []string{""}},
		"a few of the many": {subjects([]string{"api/**"}, 1)[1:], []string{"+++"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if all := strings.Join(subjects([]string{"api/**"}, 10), "|"); strings.Contains(all, "Merge") || !strings.Contains(all, "On the side") {
		t.Errorf("got %s", all)
	}
}

func TestSince_saysThatTheCloneDoesNotGoBackThatFar(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"api/main.go": "0"})
	s := r.read()
	for _, since := range []string{"", "main", "--help", strings.Repeat("0", 40)} {
		if _, _, err := s.Since(t.Context(), since, s.Commit.SHA, []string{"api/**"}, 10); !errors.Is(err, source.ErrNoCommit) {
			t.Errorf("%q: got %v", since, err)
		}
	}
}

func TestSince_seesOnlyWhatLiesBelowTheProject(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"one/api/main.go": "0", "two/api/main.go": "0"})
	first := r.read().Commit.SHA
	r.write(map[string]string{"two/api/main.go": "1"})
	r.commit("The other product")
	r.write(map[string]string{"one/api/main.go": "1"})
	r.commit("This product")
	s, err := source.Read(t.Context(), filepath.Join(r.dir, "one"), r.environ())
	if err != nil {
		t.Fatal(err)
	}
	changes, more, err := s.Since(t.Context(), first, s.Commit.SHA, []string{"api/**"}, 10)
	if err != nil || more != 0 || len(changes) != 1 || changes[0].Subject != "This product" {
		t.Errorf("got %v, %d, %v", changes, more, err)
	}
}
