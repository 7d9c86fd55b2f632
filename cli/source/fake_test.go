package source_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// fakeGit makes a program named git that runs a shell script, and returns a PATH with it in front.
func fakeGit(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	// A process that another test starts at this moment would hold the file open for writing, and no file can be run
	// that somebody writes.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir + string(filepath.ListSeparator) + os.Getenv("PATH")
}

func mkfifo(path string) error { return syscall.Mkfifo(path, 0o600) }

// gitFails runs a git that is expected to fail.
func (r repo) gitFails(args ...string) string {
	r.tb.Helper()
	cmd := exec.CommandContext(r.tb.Context(), "git", append([]string{"-c", "user.name=A", "-c", "user.email=a@example.test"}, args...)...)
	cmd.Dir, cmd.Env = r.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.home}
	out, err := cmd.CombinedOutput()
	if err == nil {
		r.tb.Fatalf("git %v did not fail", args)
	}
	return string(out)
}
