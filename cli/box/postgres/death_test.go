package postgres_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"readme/cli/box/postgres"
	"readme/cli/release"
)

// killedOwner starts a server in a process of its own, kills that, and gives the pid of the server.
func killedOwner(t *testing.T, dir string, ephemeral bool) (pid int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "POSTGRES_TEST_DIR="+dir)
	if ephemeral {
		cmd.Env = append(cmd.Env, "POSTGRES_TEST_EPHEMERAL=1")
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	if _, err := fmt.Fscan(out, &pid, &address); err != nil {
		t.Fatal("the owner did not start a server")
	}
	if err := try(t.Context(), release.NewSecret(address), "create table kept (id int)", nil); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return pid
}

func TestKilledOwner_takesItsServerAlong(t *testing.T) {
	t.Parallel()
	dir := open(t)
	needed(t)
	t.Run("persistent", func(t *testing.T) {
		t.Parallel()
		persistent := filepath.Join(dir, "p")
		pid := killedOwner(t, persistent, false)
		// The next start waits for the lock, which the guard holds until the server is gone.
		s := start(t, postgres.Options{Dir: persistent})
		if running(pid) {
			t.Error("the server of the killed owner still runs")
		}
		if got := query[int](t, s.AdminURL(postgres.Database), "select count(*)::int from kept"); got != 0 {
			t.Errorf("got %d", got)
		}
	})
	t.Run("ephemeral", func(t *testing.T) {
		t.Parallel()
		ephemeral := filepath.Join(dir, "x")
		pid := killedOwner(t, ephemeral, true)
		deadline := time.Now().Add(30 * time.Second)
		for {
			_, err := os.Stat(ephemeral)
			if errors.Is(err, os.ErrNotExist) && !running(pid) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("after 30 s: running %v, folder %v", running(pid), err)
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

func TestStart_stopsAServerThatLostOwnerAndGuard(t *testing.T) {
	t.Parallel()
	needed(t)
	dir := open(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "POSTGRES_TEST_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	guard, err := exec.Command("pgrep", "-f", fmt.Sprintf("readme-ops guard %d ", pid)).Output()
	if err != nil {
		t.Skip("pgrep does not find the guard:", err)
	}
	for _, victim := range append(strings.Fields(string(guard)), strconv.Itoa(cmd.Process.Pid)) {
		n, err := strconv.Atoi(victim)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait()
	if !running(pid) {
		t.Fatal("the server ended without anybody asking it")
	}
	s := start(t, postgres.Options{Dir: dir})
	if running(pid) {
		t.Error("the orphan still runs")
	}
	if got := query[int](t, s.URL(postgres.Database), "select 1"); got != 1 {
		t.Errorf("got %d", got)
	}
}

// running reports whether a process that is not ours runs; a zombie does not.
func running(pid int) bool {
	out, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	state := strings.TrimSpace(string(out))
	return state != "" && !strings.HasPrefix(state, "Z")
}
