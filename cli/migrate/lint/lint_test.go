package lint_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/migrate"
	"readme/cli/migrate/lint"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestEveryRule holds each rule against a bad file, whose diagnostics are a golden, and a good one, of which no rule has
// anything to say.
func TestEveryRule(t *testing.T) {
	folders, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var tried []string
	for _, e := range folders {
		if e.Name() == "fuzz" {
			continue
		}
		tried = append(tried, e.Name())
		t.Run(e.Name(), func(t *testing.T) { tryRule(t, e.Name()) })
	}
	var known []string
	for _, r := range lint.Rules() {
		if !r.Folder {
			known = append(known, r.ID)
		}
	}
	slices.Sort(known)
	if diff := cmp.Diff(known, tried); diff != "" {
		t.Errorf("rules and folders in testdata differ (-rules +folders):\n%s", diff)
	}
}

func tryRule(t *testing.T, rule string) {
	t.Helper()
	dir := filepath.Join("testdata", rule)
	if got := check(t, one(t, dir, "good.sql")); len(got) > 0 {
		t.Errorf("the good file is not:\n%s", told(got))
	}
	got := check(t, one(t, dir, "bad.sql"))
	if !slices.ContainsFunc(got, func(d lint.Diagnostic) bool { return d.Rule == rule }) {
		t.Errorf("the rule says nothing of the bad file")
	}
	for _, d := range got {
		if d.Title == "" || d.Help == "" || strings.HasSuffix(d.Title, ".") || strings.HasSuffix(d.Help, ".") {
			t.Errorf("%s says too little, or ends in a full stop: %q, %q", d.Rule, d.Title, d.Help)
		}
	}
	golden(t, filepath.Join(dir, "bad.golden"), told(got))
}

// one is a file as the first of its folder.
func one(t *testing.T, dir, name string) []migrate.Migration {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return load(t, "0001_"+name, string(text))
}

// load reads pairs of a name and a text.
func load(t *testing.T, pairs ...string) []migrate.Migration {
	t.Helper()
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	files, err := migrate.Load(fsys, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func check(t *testing.T, files []migrate.Migration) []lint.Diagnostic {
	t.Helper()
	return lint.Check(files, lint.Project{Supabase: true})
}

// told is what a golden holds: the rule, the place, the part of the line that is meant, and all the words.
func told(all []lint.Diagnostic) string {
	var b strings.Builder
	for _, d := range all {
		fmt.Fprintf(&b, "%s %s[%s] at %q\n  %s\n  help: %s\n", d.Where, d.Level, d.Rule, d.Snippet.Line[d.Snippet.Start:d.Snippet.End], d.Title, d.Help)
		for _, l := range d.Better {
			b.WriteString("  | " + strings.ReplaceAll(l, "\n", "\n  | ") + "\n")
		}
	}
	return b.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
