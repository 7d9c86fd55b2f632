package sweep_test

import (
	"fmt"
	"slices"
	"sync"
)

// point is where a release is killed: at the first, second ... time that something happens, before it has happened or
// after it has, and before readme-ops hears of it.
type point struct {
	What  string // "api: step_intent", "POST /v13/deployments"
	Nth   int    // from 1
	After bool
}

func (p point) String() string {
	when := "before"
	if p.After {
		when = "after"
	}
	return fmt.Sprintf("%s %s (%d)", when, p.What, p.Nth)
}

// trap sits in all proxies of one environment. It remembers what passes, and springs once at the point it is set to.
type trap struct {
	mu     sync.Mutex
	set    *point
	spring func()
	count  map[string]int
	met    []point
	done   map[string]int // what a vendor has accepted
}

func newTrap() *trap { return &trap{count: map[string]int{}, done: map[string]int{}} }

// arm begins anew: with a point to spring at, or with nil only to look.
func (t *trap) arm(p *point, spring func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.set, t.spring, t.count, t.met = p, spring, map[string]int{}, nil
}

// forget begins to count anew what is accepted.
func (t *trap) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = map[string]int{}
}

func (t *trap) accepted(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done[what]++
}

// begin tells that these things are about to happen, and gives those points that follow once they have. With killed
// nothing may go on.
func (t *trap) begin(what ...string) (after []point, killed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range what {
		t.count[w]++
		p := point{What: w, Nth: t.count[w]}
		t.met = append(t.met, p)
		if t.sprung(p) {
			return nil, true
		}
		p.After = true
		after = append(after, p)
	}
	return after, false
}

// end tells that they have happened.
func (t *trap) end(after []point) (killed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.met = append(t.met, after...)
	return slices.ContainsFunc(after, t.sprung)
}

// sprung kills, if this is the point. The caller holds the lock.
func (t *trap) sprung(p point) bool {
	if t.set == nil || *t.set != p {
		return false
	}
	t.set = nil
	t.spring()
	return true
}

func (t *trap) points() []point {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.met)
}

// effects are what the vendors have accepted since forget, but for what may be repeated.
func (t *trap) effects() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string]int{}
	for what, n := range t.done {
		if !repeatable(what) {
			out[what] = n
		}
	}
	return out
}
