package code_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"readme/cli/env/code"
)

func FuzzGo(f *testing.F)         { fuzz(f, ".go") }
func FuzzTypeScript(f *testing.F) { fuzz(f, ".tsx", ".ts", ".jsx") }
func FuzzPython(f *testing.F)     { fuzz(f, ".py") }

// fuzz reads anything as a source: it ends, without a panic, and what is found stands where it says.
func fuzz(f *testing.F, endings ...string) {
	f.Helper()
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range cases {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range a.Files {
			if ext := filepath.Ext(part.Name); strings.HasPrefix(endings[0], ext) || ext == endings[0] {
				f.Add(part.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a"+endings[len(data)%len(endings)]), data, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := code.Read(t.Context(), dir, [][]string{{"."}})
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(data), "\n")
		for _, u := range got.Uses {
			if u.At.Line < 1 || u.At.Line > len(lines) || u.At.Column < 1 || u.At.Column > len(lines[u.At.Line-1])+1 {
				t.Errorf("%s is said to stand at %s", u.Name, u.At)
			}
		}
	})
}
