package child

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// poll is how often a group without a leader is looked at: nobody tells us when its last member ends.
const poll = 10 * time.Millisecond

// giveUp is how long after KILL a group may still be there: a process that hangs in the kernel cannot be waited for.
const giveUp = 10 * time.Second

// supervise waits for the leader or for Stop, sees to it that the rest of the group goes too, and closes done.
func (k *Child) supervise() {
	exited := make(chan struct{})
	go func() {
		_ = k.cmd.Wait()
		close(exited)
	}()
	select {
	case <-exited:
	case <-k.stop:
	}
	if k.endGroup(exited) {
		<-exited
		k.exit = k.cmd.ProcessState.ExitCode()
	} else {
		k.exit = -1
	}
	k.out.finish()
	dismiss(k.guard, k.death)
	close(k.done)
}

// endGroup asks what is left of the group to stop, kills it after the drain time, and reports whether it is gone.
func (k *Child) endGroup(exited <-chan struct{}) bool {
	group := k.PID()
	gone := func() bool {
		select {
		case <-exited:
			return !alive(group)
		default:
			return false
		}
	}
	if gone() {
		return true
	}
	_ = syscall.Kill(-group, k.signal)
	drained := time.NewTimer(k.drain)
	defer drained.Stop()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	kill := k.kill
	var lost <-chan time.Time
	for !gone() {
		select {
		case <-tick.C:
			continue
		case <-lost:
			return false
		case <-drained.C:
		case <-kill:
			kill = nil
		}
		_ = syscall.Kill(-group, syscall.SIGKILL)
		if lost == nil {
			lost = time.After(giveUp)
		}
	}
	return true
}

// alive reports whether a group has a member that still runs. Zombies do not: in a container whose first process does
// not collect them they stay for ever.
func alive(group int) bool {
	// EPERM: macOS says so of a group of zombies, and elsewhere it means that nobody there can be signalled by us.
	if err := syscall.Kill(-group, 0); err != nil {
		return false
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return true // no /proc here: the kernel's word is all there is
	}
	for _, file := range stats {
		stat, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		// pid (name) state ppid pgrp ...; the name may hold blanks and brackets.
		_, rest, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
		if f := bytes.Fields(rest); len(f) > 2 && string(f[2]) == strconv.Itoa(group) && f[0][0] != 'Z' && f[0][0] != 'X' {
			return true
		}
	}
	return false
}
