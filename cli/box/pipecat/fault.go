package pipecat

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// The faults that can be switched on while the emulator runs. What an image brings with it is in its tag instead; see
// the words in rollout.go.
const (
	FaultUnauthorized   = "unauthorized"    // the private API answers 401
	FaultBlip           = "blip"            // the private API answers 500
	FaultRateLimit      = "rate_limit"      // the private API answers 429 with Retry-After
	FaultHTML           = "html"            // a proxy's page comes instead of the private API
	FaultLatency        = "latency"         // the private API answers late by For
	FaultCut            = "cut"             // a write is carried out, and the line is cut before the answer
	FaultOperatorStuck  = "operator_stuck"  // the next deployment is never picked up
	FaultSlowRollout    = "slow_rollout"    // the next deployment takes ten times longer
	FaultSecretPending  = "secret_pending"  // the next secret set written stays pending
	FaultSecretFailed   = "secret_failed"   // the next secret set written fails
	FaultSecretConflict = "secret_conflict" // the next write to a secret set that exists is a 409
	FaultStart500       = "start_500"       // start answers 500
	FaultStart429       = "start_429"       // start answers 429: the rate limit
	FaultStartNotReady  = "start_not_ready" // start answers 400 PCC-1001
	FaultBotException   = "bot_exception"   // the bot of the next session raises an exception, which is only logged
)

// FaultKinds lists the faults.
func FaultKinds() []string {
	return []string{
		FaultUnauthorized, FaultBlip, FaultRateLimit, FaultHTML, FaultLatency, FaultCut, FaultOperatorStuck, FaultSlowRollout, FaultSecretPending,
		FaultSecretFailed, FaultSecretConflict, FaultStart500, FaultStart429, FaultStartNotReady, FaultBotException,
	}
}

// Fault is a fault that is switched on.
type Fault struct {
	Kind  string
	Agent string        // "" for any
	Times int           // how often it strikes; 0: until it is cleared
	For   time.Duration // of FaultLatency, and the Retry-After of FaultRateLimit in whole seconds
}

// Inject switches a fault on.
func (e *Emulator) Inject(f Fault) error {
	if !slices.Contains(FaultKinds(), f.Kind) {
		return fmt.Errorf("pipecat has no fault %q; it has %v", f.Kind, FaultKinds())
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

func (e *Emulator) hit(kind, agent string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hitLocked(kind, agent)
}

func (e *Emulator) hitLocked(kind, agent string) bool {
	_, hit := e.strike(kind, agent)
	return hit
}

// strike uses up one of a fault's times. It is called with mu held.
func (e *Emulator) strike(kind, agent string) (Fault, bool) {
	for i, f := range e.faults {
		if f.Kind != kind || f.Agent != "" && f.Agent != agent {
			continue
		}
		switch f.Times {
		case 0:
		case 1:
			e.faults = slices.Delete(e.faults, i, i+1)
		default:
			e.faults[i].Times--
		}
		return f, true
	}
	return Fault{}, false
}

// disturb answers in the place of the private API when a fault says so.
func (e *Emulator) disturb(w http.ResponseWriter, r *http.Request) bool {
	agent := r.PathValue("agent")
	e.mu.Lock()
	late, isLate := e.strike(FaultLatency, agent)
	limit, limited := e.strike(FaultRateLimit, agent)
	e.mu.Unlock()
	if isLate {
		t := time.NewTimer(late.For)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return true
		}
	}
	switch {
	case limited:
		if limit.For > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(limit.For.Seconds())))
		}
		write(w, tooMany())
	case e.hit(FaultUnauthorized, agent):
		write(w, unauthorized())
	case e.hit(FaultBlip, agent):
		write(w, refuse(http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error"))
	case e.hit(FaultHTML, agent):
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<!doctype html><title>Just a moment...</title>"))
	default:
		return false
	}
	return true
}

func tooMany() answer {
	return answer{http.StatusTooManyRequests, map[string]any{"status": 429, "code": "429", "message": "Rate limit exceeded. Please try again later"}}
}
