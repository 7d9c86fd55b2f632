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

// Where a gate asks for an approval, a person gives it by the environment's name: a y typed by habit is none.
func TestInATerminalAnApprovalIsTheNameOfTheEnvironment(t *testing.T) {
	t.Parallel()
	bin, dir := buildBinary(t), filepath.Join(t.TempDir(), "product")
	if err := os.CopyFS(dir, os.DirFS("testdata/product")); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "release.yaml")
	raw, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	guarded := strings.Replace(string(raw), "local: {box: true}", "local: {box: true, requires: {any: [{approval: true}]}}", 1)
	if err := os.WriteFile(config, []byte(guarded), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, argv := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "x"}} {
		git := exec.Command("git", argv...)
		git.Dir = dir
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", argv, err, out)
		}
	}
	t.Cleanup(func() { _ = exec.Command(filepath.Join(bin, "readme-ops"), "box", "reset", "--dir", dir).Run() })
	for _, c := range []struct {
		typed, shows string
		exit         int
	}{
		{"y", "not approved, nothing was changed", 5},
		{"local", "released product@", 0},
	} {
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
		if _, err := terminal.Write([]byte(c.typed + "\n")); err != nil {
			t.Fatal(err)
		}
		shown.waitFor(t, c.shows)
		if c.exit == 0 { // the box stays up until a key is pressed
			shown.waitFor(t, "press a key")
			if _, err := terminal.Write([]byte("q")); err != nil {
				t.Fatal(err)
			}
		}
		err = cmd.Wait()
		exit, failed := errors.AsType[*exec.ExitError](err)
		if failed != (c.exit != 0) || (failed && exit.ExitCode() != c.exit) {
			t.Errorf("%q: got %v, want exit code %d", c.typed, err, c.exit)
		}
	}
}
