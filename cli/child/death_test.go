package child_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"readme/cli/child"
)

// The test binary is also the parent that gets killed: it starts what the arguments say, tells the pids, and waits.
func TestMain(m *testing.M) {
	if script := os.Getenv("CHILD_TEST_SCRIPT"); script != "" {
		parent(script, os.Getenv("CHILD_TEST_FOLDER"))
		return
	}
	goleak.VerifyTestMain(m)
}

func parent(script, folder string) {
	if _, err := child.Folder(filepath.Join(folder, "kept", "work"), 0o700); err != nil {
		fmt.Println(err)
		return
	}
	lock, err := os.Create(filepath.Join(folder, "lock"))
	if err != nil || syscall.Flock(int(lock.Fd()), syscall.LOCK_EX) != nil {
		fmt.Println("lock:", err)
		return
	}
	ready := make(chan struct{})
	k, err := child.Start(child.Command{
		Argv: sh(script), Env: env(), Drain: 300 * time.Millisecond, Remove: filepath.Join(folder, "cluster"), Hold: lock,
		Stdout: func(string) { close(ready) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	<-ready
	fmt.Println(k.PID(), k.GuardPID())
	select {}
}

func TestKilledParent_leavesNothing(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script string }{
		{"a child that listens to TERM", `echo ready; while :; do sleep 0.05; done`},
		{"a child that ignores TERM", `trap '' TERM; echo ready; while :; do sleep 1; done`},
		{"four processes", `sh -c 'sh -c "sleep 1000 & echo ready; wait" & wait' & wait`},
		{"a leader that ends while its grandchild ignores TERM", `sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done' & wait`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := os.MkdirAll(filepath.Join(folder, "cluster", "base"), 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "CHILD_TEST_SCRIPT="+tt.script, "CHILD_TEST_FOLDER="+folder)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			var pid, guard int
			if _, err := fmt.Sscan(line, &pid, &guard); err != nil {
				t.Fatalf("the parent said %q", line)
			}
			if len(members(t, pid)) == 0 || len(members(t, guard)) == 0 {
				t.Fatal("child or guard do not run while the parent lives")
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			eventually(t, "the group is gone", func() bool { return len(members(t, pid)) == 0 })
			eventually(t, "the guard is gone", func() bool { return len(members(t, guard)) == 0 })
			eventually(t, "the folders are gone", func() bool { return missing(folder, "cluster") && missing(folder, "kept/work") })
			if missing(folder, "kept") {
				t.Error("the parent of a folder was deleted too")
			}
			lock, err := os.Open(filepath.Join(folder, "lock"))
			if err != nil {
				t.Fatal(err)
			}
			defer lock.Close()
			eventually(t, "the lock is free", func() bool { return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil })
		})
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b")
	temp, err := child.Folder(path, 0o711)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o711 {
		t.Fatalf("got %v, %v", info, err)
	}
	if _, err := child.Folder(path, 0o700); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v for a folder that exists, want %v", err, fs.ErrExist)
	}
	for range 2 {
		if err := temp.Remove(); err != nil {
			t.Error(err)
		}
	}
	if !missing(path, "") {
		t.Error("the folder is still there after Remove")
	}
	if temp, err = child.Folder(path, 0o700); err != nil {
		t.Fatal(err)
	}
	temp.Keep()
	if err := temp.Remove(); err != nil || missing(path, "") {
		t.Errorf("the folder is gone after Keep: %v", err)
	}
}

// members are the processes of a group that still run, as ps shows them.
func members(t *testing.T, group int) []string {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pgid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) > 1 && f[0] == strconv.Itoa(group) && !strings.HasPrefix(f[1], "Z") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

func missing(folder, name string) bool {
	_, err := os.Lstat(filepath.Join(folder, name))
	return errors.Is(err, fs.ErrNotExist)
}

// eventually looks again and again: the end of somebody else's child is announced to nobody.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not after 30 s: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
