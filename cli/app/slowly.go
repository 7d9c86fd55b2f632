package app

import (
	"sync"
	"time"

	"readme/cli/release"
)

// When a command that waits says what for: a vendor that hangs looks like a command that hangs.
const (
	slow   = 10 * time.Second
	slower = 30 * time.Second // from then on
)

// slowly says after some seconds, and again and again, what the command waits for, until stop is called.
func (a *app) slowly(what string) (stop func()) {
	began := time.Now()
	var mu sync.Mutex
	over := false
	var timer *time.Timer
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(slow, func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		a.say("still waiting for %s, for %s now; Ctrl-C gives up", what, release.Took(time.Since(began).Milliseconds()))
		timer.Reset(slower)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		timer.Stop()
	}
}

// vendors is what a command waits for that reads what is live.
func (w *world) vendors() string {
	return "what the vendors and the database of " + w.env.Name + " answer"
}
