package box_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"readme/cli/box"
	"readme/cli/box/postgres/pgtest"
	"readme/cli/release"
)

// TestMain also is the other process of the tests of the lock: it takes the lock, says so, and holds it until its stdin ends.
func TestMain(m *testing.M) {
	if project := os.Getenv("TEST_HOLD_BOX"); project != "" {
		free, _, err := box.TakeLock(box.Dir(project), "lock", "box up")
		if err != nil {
			fmt.Println("refused:", err)
			os.Exit(1)
		}
		fmt.Println("held")
		_, _ = io.Copy(io.Discard, os.Stdin)
		free()
		os.Exit(0)
	}
	goleak.VerifyTestMain(pgtest.Main(m))
}

// holder starts a process that holds the project's box. It ends with the test.
func holder(t *testing.T, project string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), "TEST_HOLD_BOX="+project)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the other process says %q", line)
	}
	return c
}

// exitOf is the exit code of an error that must be a Fault.
func exitOf(t *testing.T, err error) int {
	t.Helper()
	f, ok := errors.AsType[*release.Fault](err)
	if !ok {
		t.Fatalf("got %v, want a Fault", err)
	}
	return f.Exit
}

func TestLock_namesTheProcessThatHoldsItAndFallsWithIt(t *testing.T) {
	project := t.TempDir()
	dir := box.Dir(project)
	if h := box.Held(dir, "lock"); h != nil {
		t.Fatalf("nobody holds it, got %v", h)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("who only looks makes no folder")
	}
	c := holder(t, project)
	if h := box.Held(dir, "lock"); h == nil || h.PID != c.Process.Pid || h.Command != "box up" {
		t.Errorf("got %v, want process %d", h, c.Process.Pid)
	}
	_, h, err := box.TakeLock(dir, "lock", "release")
	if err == nil || h.PID != c.Process.Pid {
		t.Errorf("got %v, held by %v", err, h)
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	release, _, err := box.TakeLock(dir, "lock", "release")
	if err != nil {
		t.Fatalf("a killed process holds nothing, got %v", err)
	}
	if h := box.Held(dir, "lock"); h == nil || h.PID != os.Getpid() || h.Command != "release" {
		t.Errorf("got %v", h)
	}
	release()
	if h := box.Held(dir, "lock"); h != nil {
		t.Errorf("it was let go of, got %v", h)
	}
}

func TestLock_isNotTakenByThoseWhoLookAtIt(t *testing.T) {
	dir := t.TempDir()
	end := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
					box.Held(dir, "lock")
				}
			}
		})
	}
	for range 200 {
		release, h, err := box.TakeLock(dir, "lock", "release")
		if err != nil {
			t.Errorf("got %v, held by %v", err, h)
			break
		}
		release()
	}
	close(end)
	wg.Wait()
}

func TestHeld_isNobodyWhileOthersLook(t *testing.T) {
	dir := t.TempDir()
	free, _, err := box.TakeLock(dir, "lock", "release")
	if err != nil {
		t.Fatal(err)
	}
	free()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 2000 {
				if h := box.Held(dir, "lock"); h != nil {
					t.Errorf("somebody who looks was taken for the holder %v", h)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestLockRelease_letsOneReleaseAtATimeActOnTheBox(t *testing.T) {
	project := t.TempDir()
	done, err := box.LockRelease(project)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := box.LockRelease(project); exitOf(t, err) != release.ExitLocked {
		t.Errorf("got %v", err)
	}
	done()
	if done, err = box.LockRelease(project); err != nil {
		t.Fatal(err)
	}
	done()
}

func TestDown_asksTheHolderToEndAndWaits(t *testing.T) {
	project := t.TempDir()
	if err := box.Down(t.Context(), project); err != nil {
		t.Errorf("a box that is down is no error, got %v", err)
	}
	if _, err := os.Stat(box.Dir(project)); err == nil {
		t.Error("there was no box, and now there is a folder")
	}
	holder(t, project)
	done, err := box.LockRelease(project)
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Down(t.Context(), project); exitOf(t, err) != release.ExitLocked {
		t.Errorf("a release is at work, got %v", err)
	}
	done()
	if err := box.Down(t.Context(), project); err != nil {
		t.Error(err)
	}
	if h := box.Held(box.Dir(project), "lock"); h != nil {
		t.Errorf("still held by %v", h)
	}
}

func TestReset_forgetsAllButTheLocksAndRefusesABoxThatIsUp(t *testing.T) {
	project, cache, data := t.TempDir(), filepath.Join(t.TempDir(), "c"), filepath.Join(t.TempDir(), "d")
	for _, dir := range []string{filepath.Join(box.Dir(project), "railway", "logs"), cache, data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	free, _, err := box.TakeLock(box.Dir(project), "lock", "box up")
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Reset(project, cache, data); exitOf(t, err) != release.ExitLocked {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(data, "f")); err != nil {
		t.Error("a box that is up must lose nothing")
	}
	free()
	if err := box.Reset(project, cache, data); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(box.Dir(project))
	if err != nil || len(left) != 1 || left[0].Name() != "lock" {
		t.Errorf("left are %v, %v", left, err)
	}
	for _, dir := range []string{cache, data} {
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s is still there", dir)
		}
	}
}

func TestRunning_isNotFooledByWhatAKilledBoxHasLeft(t *testing.T) {
	project := t.TempDir()
	if err := os.MkdirAll(box.Dir(project), 0o700); err != nil {
		t.Fatal(err)
	}
	left := fmt.Sprintf(`{"Env":"local","Mode":"box up","PID":%d,"Railway":"http://127.0.0.1:1"}`, 1<<30)
	if err := os.WriteFile(filepath.Join(box.Dir(project), "up.json"), []byte(left), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, up := box.Running(project); up {
		t.Error("nobody holds it")
	}
	holder(t, project)
	if info, up := box.Running(project); up {
		t.Errorf("the holder has not said where its parts are, and got those of a dead one: %+v", info)
	}
}

func TestHolder_saysWhoInWords(t *testing.T) {
	h := box.Holder{PID: 12, Command: "box up", Since: time.Date(2026, 11, 22, 15, 4, 5, 0, time.Local)}
	if got, want := h.String(), "box up (process 12, since 15:04:05)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
