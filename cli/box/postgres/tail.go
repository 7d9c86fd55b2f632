package postgres

import (
	"slices"
	"strings"
	"sync"
)

// tailLines is how many lines of a program are kept for the day it fails.
const tailLines = 20

// tail keeps the last lines of a program.
type tail struct {
	mu   sync.Mutex
	kept []string
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept) == tailLines {
		t.kept = slices.Delete(t.kept, 0, 1)
	}
	t.kept = append(t.kept, line)
}

func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.kept)
}

func (t *tail) contains(s string) bool {
	return slices.ContainsFunc(t.lines(), func(l string) bool { return strings.Contains(l, s) })
}
