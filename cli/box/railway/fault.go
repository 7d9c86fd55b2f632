package railway

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is a bad day that the emulator was asked to have.
type Fault struct {
	Name  string        // one of Faults
	Only  string        // the service (its name) or, for faults of the API, the operation that it strikes; "" for all
	Times int           // how often it strikes; 0: until Heal
	For   time.Duration // its measure, where it has one; 0: its own default
}

// The faults.
const (
	FaultUploadLost      = "upload-lost"      // the upload is accepted, and after For (0 s) the connection is cut instead of answered
	FaultRateLimit       = "rate-limit"       // 429 with Retry-After: For (1 s)
	FaultCloudflareLimit = "cloudflare-limit" // 429 with an HTML page, as the proxy in front of Railway sends it
	FaultServerError     = "server-error"     // 503 before anything was done
	FaultAnswerLost      = "answer-lost"      // the GraphQL operation is carried out, and 504 is answered
	FaultMuddledAnswer   = "muddled-answer"   // the GraphQL operation is carried out, and an internal error is answered with HTTP 200
	FaultStaleReads      = "stale-reads"      // a new deployment does not show for For (5 s)
	FaultUnknownStatus   = "unknown-status"   // a status that no schema knows is read
	FaultSlowBuild       = "slow-build"       // the build takes For (60 s) longer
)

// Faults says which faults there are, with one line about each.
func Faults() map[string]string {
	return map[string]string{
		FaultUploadLost:      "an upload is accepted, but its answer never arrives",
		FaultRateLimit:       "too many requests, with a time to wait",
		FaultCloudflareLimit: "too many requests, as an HTML page of the proxy in front",
		FaultServerError:     "the API is down for a moment",
		FaultAnswerLost:      "an operation is carried out, but its answer is an error of the gateway",
		FaultMuddledAnswer:   "an operation is carried out, but its answer is an error that says nothing",
		FaultStaleReads:      "a new deployment does not show at first",
		FaultUnknownStatus:   "a deployment has a status that nobody has heard of",
		FaultSlowBuild:       "a build takes its time",
	}
}

type faults struct {
	mu sync.Mutex
	on []*Fault
}

// Inject makes the emulator have a bad day. A name that it does not know is an error.
func (e *Emulator) Inject(f Fault) error {
	if _, ok := Faults()[f.Name]; !ok {
		return fmt.Errorf("inject a fault: no fault called %q", f.Name)
	}
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.on = append(e.faults.on, &f)
	return nil
}

// Heal ends the faults of this name; "" ends all.
func (e *Emulator) Heal(name string) {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.on = slices.DeleteFunc(e.faults.on, func(f *Fault) bool { return name == "" || f.Name == name })
}

// strike reports whether the fault happens now to subject, and counts it.
func (f *faults) strike(name, subject string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, on := range f.on {
		if on.Name != name || (on.Only != "" && !strings.EqualFold(on.Only, subject)) {
			continue
		}
		hit := *on
		switch on.Times {
		case 0:
		case 1:
			f.on = slices.Delete(f.on, i, i+1)
		default:
			on.Times--
		}
		return hit, true
	}
	return Fault{}, false
}

// length is the fault's measure, or def.
func (f Fault) length(def time.Duration) time.Duration {
	if f.For == 0 {
		return def
	}
	return f.For
}
