package app_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen collects what a terminal was sent.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) waitFor(t *testing.T, text string) {
	t.Helper()
	for began := time.Now(); time.Since(began) < 90*time.Second; time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		found := strings.Contains(s.text.String(), text)
		s.mu.Unlock()
		if found {
			return
		}
	}
	t.Fatalf("%q did not come; the terminal shows:\n%s", text, s.text.String())
}

// The first Ctrl-C is a key of the live view, the second one a signal again: a build that ignores both must not keep
// the person waiting.
func TestASecondCtrlCInATerminalLeavesAtOnce(t *testing.T) {
	t.Parallel()
	bin := buildBinary(t)
	dir := changed(t, "go build -o bin/api ./api", `echo building now; trap "" INT TERM; sleep 60`)
	work := filepath.Dir(dir)
	cmd := exec.Command(filepath.Join(bin, "readme-ops"), "release", "--env", "local")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm", "CI=", "GITHUB_ACTIONS=", "NO_COLOR=")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = terminal.Close()
		reset := exec.Command(filepath.Join(bin, "readme-ops"), "box", "reset", "--dir", dir)
		_ = reset.Run()
	})
	shown := &screen{}
	go func() { _, _ = io.Copy(shown, terminal) }()

	shown.waitFor(t, "building now")
	if _, err := terminal.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	shown.waitFor(t, "is paused: interrupted")
	if _, err := terminal.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 130 {
		t.Errorf("got %v, want exit code 130", err)
	}
	// It left its stubborn build to the guards, and did not wait for it.
	if len(processesOf(work)) == 0 {
		t.Error("it has waited for its children to end")
	}
	for began := time.Now(); len(processesOf(work)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatalf("still running:\n%s", strings.Join(processesOf(work), "\n"))
		}
	}
}
