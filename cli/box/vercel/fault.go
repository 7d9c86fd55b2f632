package vercel

import (
	"slices"
	"time"
)

// FaultKind is a bad day of the vendor's.
type FaultKind string

// The kinds.
const (
	CreateLost  FaultKind = "create-lost"  // a deployment is made, but its answer never comes: after For the connection is cut
	RateLimited FaultKind = "rate-limited" // a request gets 429 with a Retry-After of For
	StaleAlias  FaultKind = "stale-alias"  // after a move, the domain's alias is read as it was before for For
	BuildFails  FaultKind = "build-fails"  // a build ends in ERROR with Text
	Blocked     FaultKind = "blocked"      // a deployment is held back for a person, with Text as the code
)

// Fault strikes the next Times occasions; 0 means one.
type Fault struct {
	Kind  FaultKind
	Times int
	For   time.Duration
	Text  string
}

// Arm adds a fault.
func (e *Emulator) Arm(f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f.Times = max(1, f.Times)
	e.faults = append(e.faults, f)
}

// strike uses up one occasion of a fault of this kind.
func (e *Emulator) strike(kind FaultKind) (Fault, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.struck(kind)
}

// struck is strike for a caller that holds the lock.
func (e *Emulator) struck(kind FaultKind) (Fault, bool) {
	i := slices.IndexFunc(e.faults, func(f Fault) bool { return f.Kind == kind })
	if i < 0 {
		return Fault{}, false
	}
	f := e.faults[i]
	if e.faults[i].Times--; e.faults[i].Times == 0 {
		e.faults = slices.Delete(e.faults, i, i+1)
	}
	return f, true
}

// staleAlias is what reads of the domain's alias still say.
type staleAlias struct {
	id    string
	until time.Time
}
