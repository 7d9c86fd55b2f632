package host

import (
	"fmt"
	"slices"
	"sync"
)

// BuildError is a command of a build that failed. Log is the end of its output.
type BuildError struct {
	Service string
	Command string
	Exit    int // -1: a signal ended it
	Log     []string
}

// Error is one line without the log.
func (e *BuildError) Error() string {
	if e.Exit < 0 {
		return fmt.Sprintf("build %s: %q was ended by a signal", e.Service, e.Command)
	}
	return fmt.Sprintf("build %s: %q ended with exit code %d", e.Service, e.Command, e.Exit)
}

// logLines is how many lines a BuildError keeps.
const logLines = 20

// tail passes lines on and keeps the last ones.
type tail struct {
	mu   sync.Mutex
	kept []string
	say  func(string)
}

func (t *tail) add(line string) {
	t.mu.Lock()
	if len(t.kept) == logLines {
		t.kept = slices.Delete(t.kept, 0, 1)
	}
	t.kept = append(t.kept, line)
	t.mu.Unlock()
	t.say(line)
}

func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.kept)
}
