package pipecat

import (
	"fmt"
	"strings"
	"time"
)

// How long a bad sign must stay until it counts: image pulls and operators recover by themselves at times.
const (
	pullGrace     = time.Minute
	degradedGrace = 2 * time.Minute
	olderGrace    = 2 * time.Minute
)

// reading is what one answer says about one deployment, after the vendor's CLI (interpret_deployment_status in
// daily-co/pipecat-cloud) with early failures of our own.
type reading struct {
	phase     string
	ready     bool
	available bool // sessions can start, maybe on the deployment before
	failed    bool
	sign      string        // a bad sign that counts when it stays for grace; with ready, a doubt that ends then
	grace     time.Duration // with sign
	why       string        // of failed or sign
}

// interpret reads a for the deployment want; "" stands for the one that was last asked for.
func interpret(a agent, want string) reading {
	if want == "" {
		want = a.desired()
	}
	available := a.available()
	waiting := want != "" && a.Reconciled != want
	switch {
	case len(a.Errors) > 0:
		r := reading{phase: "failed", available: available, why: a.Errors[0].text()}
		if waiting && a.Reconciled != "" {
			// They may be left over from the deployment before.
			r.phase, r.sign, r.grace = "waiting_for_operator", "errors", degradedGrace
			return r
		}
		r.failed = true
		return r
	case waiting:
		// Ready and available still speak of the revision before.
		return reading{phase: "waiting_for_operator"}
	}
	rev := a.Current
	older := rev != nil && rev.Deployment != "" && rev.Deployment != want
	if older {
		rev = nil
	}
	r := reading{phase: phase(a, available), available: available}
	r.ready = r.phase == "ready"
	switch {
	case r.ready && older:
		// All else says that ours serves, so this cannot hold a release back for ever.
		r.sign, r.grace = "older revision", olderGrace
	case r.ready && rev != nil && rev.ReadyReplicas < a.AutoScaling.Min:
		r.ready, r.phase = false, fmt.Sprintf("ready, %d of %d agents", rev.ReadyReplicas, a.AutoScaling.Min)
	}
	if !r.ready {
		r.early(a, rev)
	}
	return r
}

func phase(a agent, available bool) string {
	_, degraded := a.condition("Degraded")
	_, progressing := a.condition("Progressing")
	switch {
	case available && (a.Ready || a.ActiveReady):
		return "ready"
	case available && degraded:
		return "degraded_available"
	case available:
		return "progressing_available"
	case progressing:
		return "progressing_new"
	}
	return "unavailable"
}

// early finds failures that the vendor would let run until the time is over.
func (r *reading) early(a agent, rev *revision) {
	if rev != nil && rev.Phase == "Failed" {
		r.failed, r.why = true, "the new revision failed"+rev.Health.last()
		return
	}
	if rev != nil && rev.Health != nil && rev.ReadyReplicas == 0 {
		h := rev.Health
		switch {
		case h.RestartCount >= 3:
			r.failed, r.why = true, fmt.Sprintf("it crashed %d times at start%s", h.RestartCount, h.last())
			return
		case h.Reason == "ImagePullBackOff" || h.Reason == "ErrImagePull":
			r.sign, r.grace, r.why = h.Reason, pullGrace, "the image cannot be pulled ("+h.Reason+")"+h.last()
			return
		}
	}
	if c, ok := a.condition("Degraded"); ok {
		r.sign, r.grace, r.why = "Degraded", degradedGrace, strings.TrimSpace("it stays degraded: "+c.Reason+" "+c.Message)
	}
}

func (p problem) text() string {
	text := p.Message
	if text == "" {
		text = p.Error
	}
	switch {
	case p.Code == "":
		return text
	case text == "":
		return p.Code
	}
	return p.Code + ": " + text
}

// last is the end of what the container said: the tail of a Python traceback names the mistake.
func (h *health) last() string {
	if h == nil {
		return ""
	}
	text := ""
	if h.LastExitCode != 0 {
		text = fmt.Sprintf(" (exit code %d)", h.LastExitCode)
	}
	lines := strings.Split(strings.TrimSpace(h.Message), "\n")
	if line := strings.TrimSpace(lines[len(lines)-1]); line != "" {
		return text + ": " + line
	}
	if h.Headline != "" {
		return text + ": " + h.Headline
	}
	return text
}

// symptoms remembers since when the deployment that is watched shows a bad sign. Answers carry no such time, and our
// clock need not agree with the vendor's.
type symptoms struct {
	deployment, sign string
	since            time.Time
}

// stays reports whether the sign has been there for its grace.
func (s *symptoms) stays(deployment string, r reading) bool {
	if s.deployment != deployment || s.sign != r.sign || r.sign == "" {
		*s = symptoms{deployment: deployment, sign: r.sign, since: time.Now()}
	}
	return r.sign != "" && time.Since(s.since) >= r.grace
}
