package child

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// startGuard starts the guard of a group and returns the end of its pipe that must stay open for as long as we live.
func startGuard(group int, c Command) (*exec.Cmd, *os.File, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = read.Close() }()
	id := ""
	if group > 0 {
		id = strconv.Itoa(group)
	}
	tenths := strconv.FormatInt(int64(max(c.Drain/(100*time.Millisecond), 1)), 10)
	guard := &exec.Cmd{
		Path: shell, Args: []string{shell, "-c", guardScript, "readme-ops guard", id, signalName(c.Signal), tenths, c.Remove},
		Dir: "/", Env: []string{"PATH=/usr/bin:/bin"}, ExtraFiles: []*os.File{read},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if c.Hold != nil {
		guard.ExtraFiles = append(guard.ExtraFiles, c.Hold)
	}
	if err := guard.Start(); err != nil {
		_ = write.Close()
		return nil, nil, err
	}
	return guard, write, nil
}

// dismiss tells a guard that there is nothing left to do.
func dismiss(guard *exec.Cmd, death *os.File) {
	_, _ = death.WriteString("over\n")
	_ = death.Close()
	_ = guard.Wait()
}

// signalName is what kill -s takes: TERM for SIGTERM.
func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); len(name) > len("SIG") {
		return name[len("SIG"):]
	}
	return "TERM"
}

// Temp is a folder that does not outlive us.
type Temp struct {
	Path  string
	once  sync.Once
	guard *exec.Cmd
	death *os.File
}

// Folder makes a folder, and its parents if need be, that a guard deletes when we die. The parents stay.
// It is an error if the folder exists.
func Folder(path string, mode os.FileMode) (*Temp, error) {
	// Before the guard stands: it must never be told to delete what others made.
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("make folder %s: %w", path, os.ErrExist)
	}
	guard, death, err := startGuard(0, Command{Remove: path})
	if err != nil {
		return nil, fmt.Errorf("make folder %s: its guard: %w", path, err)
	}
	t := &Temp{Path: path, guard: guard, death: death}
	if err := makeFolder(path, mode); err != nil {
		t.Keep()
		return nil, err
	}
	return t, nil
}

// Remove deletes the folder now, unless Keep was called.
func (t *Temp) Remove() error {
	var err error
	t.once.Do(func() {
		err = os.RemoveAll(t.Path)
		dismiss(t.guard, t.death)
	})
	return err
}

// Keep leaves the folder to whoever takes it over, unless Remove was called.
func (t *Temp) Keep() { t.once.Do(func() { dismiss(t.guard, t.death) }) }
