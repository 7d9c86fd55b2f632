package code_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"readme/cli/env/code"
)

// TestWhatCodeReads reads the projects in testdata. A line that reads variables says so itself: "want A B", or "note" where a name
// cannot be known.
func TestWhatCodeReads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no cases")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root := unpack(t, a)
			got, err := code.Read(t.Context(), root, [][]string{{"."}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wanted(a), found(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func unpack(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	root := t.TempDir()
	for _, f := range a.Files {
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// wanted is what the files say of themselves.
func wanted(a *txtar.Archive) []string {
	mark := regexp.MustCompile(`(?://|#|/\*)\s*(want|note)\b([ \w]*)`)
	var out []string
	for _, f := range a.Files {
		for i, line := range strings.Split(string(f.Data), "\n") {
			m := mark.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			if m[1] == "note" {
				out = append(out, fmt.Sprintf("%s:%d note", f.Name, i+1))
			}
			for name := range strings.FieldsSeq(m[2]) {
				out = append(out, fmt.Sprintf("%s:%d %s", f.Name, i+1, name))
			}
		}
	}
	slices.Sort(out)
	return out
}

func found(got code.Result) []string {
	var out []string
	for _, u := range got.Uses {
		out = append(out, fmt.Sprintf("%s:%d %s", u.At.File, u.At.Line, u.Name))
	}
	for _, n := range got.Notes {
		out = append(out, fmt.Sprintf("%s:%d note", n.At.File, n.At.Line))
	}
	slices.Sort(out)
	return out
}
