package pipecat

import (
	"slices"
	"strings"
	"time"
)

// The phases of a rollout, by number: when each of them begins.
const (
	pickedUpPhase   = 1 // the operator has seen it: Creating
	validatingPhase = 2
	activePhase     = 3
	drainedPhase    = 4 // the revision before it is gone
	deadlinePhase   = 30
)

// after is when the n-th phase of its rollout begins.
func (d *deployment) after(n int, pace time.Duration) time.Time {
	if d.Phase > 0 {
		pace = d.Phase
	}
	at := d.Created.Add(time.Duration(n) * pace)
	if n >= pickedUpPhase {
		at = at.Add(d.Late)
	}
	if n >= validatingPhase {
		at = at.Add(d.Idle)
	}
	return at
}

func (d *deployment) activates() bool { return d.Fate == "" || d.Fate == FaultBotRaises }

// booted is when its first lines are in the log.
func (d *deployment) booted(pace time.Duration) time.Time {
	if d.activates() {
		return d.after(activePhase, pace)
	}
	return d.after(validatingPhase, pace)
}

func (d *deployment) bootLines() []string {
	switch {
	case d.activates():
		return []string{
			"INFO:     Started server process [1]", "INFO:     Waiting for application startup.",
			"INFO:     Application startup complete.", "INFO:     Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)",
		}
	case d.Fate == FaultCrashLoop:
		return strings.Split(d.trace(), "\n")
	}
	return nil
}

// serving is the deployment that takes new sessions: the last one that became active before it was replaced.
func (a *agent) serving(now time.Time, pace time.Duration) *deployment {
	var s *deployment
	for i, d := range a.Deployments {
		at := d.after(activePhase, pace)
		replaced := i+1 < len(a.Deployments) && a.Deployments[i+1].Created.Before(at)
		if d.activates() && !replaced && !now.Before(at) {
			s = d
		}
	}
	return s
}

// reconciled is the last deployment that the operator has picked up, or nil.
func (a *agent) reconciled(now time.Time, pace time.Duration) *deployment {
	for _, d := range slices.Backward(a.Deployments) {
		if d.Fate != FaultStuckOperator && !now.Before(d.after(pickedUpPhase, pace)) {
			return d
		}
	}
	return nil
}
