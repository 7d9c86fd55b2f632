package view_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/view"
)

func TestDiff_isOneThatPatchTakes(t *testing.T) {
	t.Parallel()
	before, after := []byte("a\nb\r\nc"), []byte("a\nB\r\nc")
	want := "--- a/x/y\n+++ b/x/y\n@@ -1,3 +1,3 @@\n a\n-b\r\n+B\r\n c\n\\ No newline at end of file\n"
	if diff := cmp.Diff(want, view.Diff("x/y", before, after, false, view.Style{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = "--- /dev/null\n+++ b/x\n@@ -0,0 +1,1 @@\n+a\n"
	if diff := cmp.Diff(want, view.Diff("x", nil, []byte("a\n"), false, view.Style{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiff_onATerminalMovesNoCursor(t *testing.T) {
	t.Parallel()
	got := view.Diff("x", []byte("a\x1b[2J\n"), []byte("b\r\n"), true, view.Style{})
	if strings.ContainsAny(got, "\x1b\r") || !strings.HasSuffix(got, "-a\n+b\n") {
		t.Errorf("got %q", got)
	}
	got = view.Diff("x", []byte("a\n"), []byte("b\n"), true, view.Style{Color: true})
	want := "\x1b[1m--- a/x\x1b[0m\n\x1b[1m+++ b/x\x1b[0m\n\x1b[2m@@ -1,1 +1,1 @@\x1b[0m\n\x1b[1;31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiffLines_countWhatComesAndGoes(t *testing.T) {
	t.Parallel()
	if added, removed := view.DiffLines([]byte("a\n-- b\nc\n"), []byte("a\n++ b\nc\nd\n")); added != 2 || removed != 1 {
		t.Errorf("got +%d -%d", added, removed)
	}
}
