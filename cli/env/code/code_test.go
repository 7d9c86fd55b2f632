package code_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env/code"
)

func TestTheSimplestReadsAreFound(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"a/main.go": "package main\n\nimport \"os\"\n\nvar x = os.Getenv(\"X\")\n",
		"b/b.ts":    "const y = process.env.Y;\n",
		"b/b.py":    "import os\nz = os.environ[\"Z\"]\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := code.Read(t.Context(), root, [][]string{{"a"}, {"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, u := range got.Uses {
		rel, _ := filepath.Rel(root, u.At.String())
		lines = append(lines, rel+" "+u.Name+" "+u.Language)
	}
	want := []string{"a/main.go:5:19 X Go", "b/b.py:2:17 Z Python", "b/b.ts:1:23 Y TypeScript"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{0, 1}, got.Uses[0].By); diff != "" {
		t.Error(diff)
	}
}
