package supabase

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The faults that can be switched on.
const (
	FaultGateway401      = "gateway_401"      // the gateway refuses the key before Storage sees it
	FaultInternal        = "internal"         // HTTP 500
	FaultDatabaseTimeout = "database_timeout" // HTTP 544
	FaultSlowDown        = "slow_down"        // HTTP 400 that means 429
	FaultLatency         = "latency"          // the answer is late by For
	FaultAway            = "away"             // the line is cut before anything happens
)

// FaultKinds lists the faults.
func FaultKinds() []string {
	return []string{FaultGateway401, FaultInternal, FaultDatabaseTimeout, FaultSlowDown, FaultLatency, FaultAway}
}

// Fault is a fault that is switched on.
type Fault struct {
	Kind  string
	Times int           // how often it strikes; 0: until it is cleared
	For   time.Duration // of FaultLatency
}

// Inject switches a fault on.
func (e *Emulator) Inject(f Fault) error {
	if !slices.Contains(FaultKinds(), f.Kind) {
		return fmt.Errorf("supabase has no fault %q; it has %v", f.Kind, FaultKinds())
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, f)
	return nil
}

// Clear switches the faults of a kind off, or all of them for "".
func (e *Emulator) Clear(kind string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = slices.DeleteFunc(e.faults, func(f Fault) bool { return kind == "" || f.Kind == kind })
}

// Faults lists what is switched on.
func (e *Emulator) Faults() []Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.faults)
}

// strike uses up one of the times of the first fault.
func (e *Emulator) strike() (Fault, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.faults) == 0 {
		return Fault{}, false
	}
	f := e.faults[0]
	switch f.Times {
	case 0:
	case 1:
		e.faults = slices.Delete(e.faults, 0, 1)
	default:
		e.faults[0].Times--
	}
	return f, true
}

// disturb answers in the place of Storage when a fault says so.
func (e *Emulator) disturb(w http.ResponseWriter, r *http.Request) bool {
	f, ok := e.strike()
	if !ok {
		return false
	}
	switch f.Kind {
	case FaultGateway401:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"message":"Invalid API key","hint":"Double check your Supabase anon or service_role API key."}`))
	case FaultInternal:
		fail(w, r, refuse(500, "InternalError", "Internal", "Internal Server Error"))
	case FaultDatabaseTimeout:
		fail(w, r, refuse(544, "DatabaseTimeout", "DatabaseTimeout", "The connection to the database timed out"))
	case FaultSlowDown:
		fail(w, r, refuse(429, "SlowDown", "too_many_connections", "Too many connections issued to the database"))
	case FaultAway:
		panic(http.ErrAbortHandler)
	case FaultLatency:
		t := time.NewTimer(f.For)
		defer t.Stop()
		select {
		case <-t.C:
			return false
		case <-r.Context().Done():
		}
	}
	return true
}
