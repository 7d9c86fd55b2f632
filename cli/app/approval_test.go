package app_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// changed copies the small product into a repository of its own, with its release.yaml changed.
func changed(t *testing.T, old, new string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "product")
	if err := os.CopyFS(dir, os.DirFS("testdata/product")); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "release.yaml")
	raw, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte(strings.Replace(string(raw), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "init", "-q")
	git(t, dir, "add", "-A")
	git(t, dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "x")
	return dir
}

func git(t *testing.T, dir string, argv ...string) {
	t.Helper()
	cmd := exec.Command("git", argv...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", argv, err, out)
	}
}

// typed runs a release in a terminal, and types the answer once it asks.
func typed(t *testing.T, bin, dir, answer, shows string, exit int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "readme-ops"), "release", "--env", "local")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm", "CI=", "NO_COLOR=1")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = terminal.Close()
	})
	shown := &screen{}
	go func() { _, _ = io.Copy(shown, terminal) }()
	shown.waitFor(t, "Type local to approve:")
	if _, err := terminal.WriteString(answer + "\n"); err != nil {
		t.Fatal(err)
	}
	shown.waitFor(t, shows)
	if exit == 0 { // the box stays up until a key is pressed
		shown.waitFor(t, "press a key")
		if _, err := terminal.WriteString("q"); err != nil {
			t.Fatal(err)
		}
	}
	err = cmd.Wait()
	got, failed := errors.AsType[*exec.ExitError](err)
	if failed != (exit != 0) || (failed && got.ExitCode() != exit) {
		t.Errorf("%q: got %v, want exit code %d", answer, err, exit)
	}
}

// Where a gate asks for an approval, a person gives it by the environment's name: a y typed by habit is none.
func TestInATerminalAnApprovalIsTheNameOfTheEnvironment(t *testing.T) {
	t.Parallel()
	bin := buildBinary(t)
	dir := changed(t, "local: {box: true}", "local: {box: true, requires: {any: [{approval: true}]}}")
	t.Cleanup(func() { _ = exec.Command(filepath.Join(bin, "readme-ops"), "box", "reset", "--dir", dir).Run() })
	typed(t, bin, dir, "y", "not approved, nothing was changed", 5)
	typed(t, bin, dir, "local", "released product@", 0)
}
