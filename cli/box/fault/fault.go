// Package fault lets an emulator have a bad day on demand: which faults it can play, and which are on.
package fault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is a fault that an emulator can play.
type Kind struct {
	Name  string        // "rollback-refused"
	About string        // what happens then, in one line
	For   time.Duration // its measure unless a Fault gives another; 0: it has none
	Names string        // what Only names, such as "service" or "operation"; "" if it strikes everything
}

// Fault is one that is on.
type Fault struct {
	Name  string        `json:"name"`
	Only  string        `json:"only,omitempty"`  // strikes this subject alone; "" for all
	Times int           `json:"times,omitempty"` // how often it strikes; 0: until Clear
	For   time.Duration `json:"for,omitempty"`   // its measure; 0: that of its Kind
}

// Board holds the switches of one emulator. It is safe for several goroutines.
type Board struct {
	kinds []Kind

	mu sync.Mutex
	on []*Fault
}

// NewBoard makes a board with these kinds and those of the wire, all off.
func NewBoard(kinds ...Kind) *Board {
	all := slices.Concat(kinds, Wire())
	slices.SortFunc(all, func(a, b Kind) int { return cmp.Compare(a.Name, b.Name) })
	return &Board{kinds: all}
}

// Kinds lists what can be switched on, by name.
func (b *Board) Kinds() []Kind { return slices.Clone(b.kinds) }

// Set switches a fault on. A name that the board does not know is an error.
func (b *Board) Set(f Fault) error {
	i := slices.IndexFunc(b.kinds, func(k Kind) bool { return k.Name == f.Name })
	if i < 0 {
		return fmt.Errorf("no fault is called %q", f.Name)
	}
	if f.Times < 0 || f.For < 0 {
		return fmt.Errorf("fault %s: neither its number nor its measure can be negative", f.Name)
	}
	if f.For == 0 {
		f.For = b.kinds[i].For
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on = append(b.on, &f)
	return nil
}

// Clear switches the faults of this name off; "" all of them.
func (b *Board) Clear(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on = slices.DeleteFunc(b.on, func(f *Fault) bool { return name == "" || f.Name == name })
}

// On lists what is on, with how often each will still strike.
func (b *Board) On() []Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Fault
	for _, f := range b.on {
		out = append(out, *f)
	}
	return out
}

// Strike reports whether the fault happens now to subject, and counts it. Letter case does not matter.
func (b *Board) Strike(name, subject string) (Fault, bool) {
	return b.strike(func(f Fault) bool {
		return f.Name == name && (f.Only == "" || strings.EqualFold(f.Only, subject))
	})
}

// Is is Strike without counting, for states that last: whether the fault is on for subject.
func (b *Board) Is(name, subject string) (Fault, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.on {
		if f.Name == name && (f.Only == "" || strings.EqualFold(f.Only, subject)) {
			return *f, true
		}
	}
	return Fault{}, false
}

func (b *Board) strike(match func(Fault) bool) (Fault, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, on := range b.on {
		if !match(*on) {
			continue
		}
		hit := *on
		switch on.Times {
		case 0:
		case 1:
			b.on = slices.Delete(b.on, i, i+1)
		default:
			on.Times--
		}
		return hit, true
	}
	return Fault{}, false
}
