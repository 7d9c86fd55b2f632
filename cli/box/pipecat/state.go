package pipecat

import (
	"time"
)

// The bounds of what is remembered of an agent, besides what still runs or serves.
const (
	maxDeployments = 20
	maxSessions    = 500
	maxLogs        = 1000
)

// state is what is kept on disk.
type state struct {
	Agents  map[string]*agent
	Sets    map[string]*set
	Uploads []*upload // the oldest first
	Builds  []*build  // the oldest first
}

type agent struct {
	ID          string
	Name        string
	Region      string
	Created     time.Time
	Updated     time.Time
	Scaling     scaling       // of the agent: changing it rolls nothing
	Deployments []*deployment // the oldest first; never empty
	Rival       *deployment   // somebody else's, when its time comes; nil if nobody is about to
	Sessions    []*session    // the oldest first
	Logs        []logLine     // in order of time
}

type scaling struct{ Min, Max int }

// deployment is one thing that was asked for. What becomes of it is decided by Fate, and by Created and Pace when.
type deployment struct {
	ID      string
	Created time.Time
	Spec    spec
	Fate    string        // the fault that it ends in; "" is a good one
	Trace   string        // what it crashes with; "" for a usual one
	Phase   time.Duration // of its rollout; 0 is the emulator's pace
	Late    time.Duration // it is picked up so much later
	Idle    time.Duration // nothing happens for so long after that
	Logged  bool
}

// spec is the part of a configuration whose change makes a new deployment.
type spec struct {
	Image      string // or BuildID
	BuildID    string
	PullSet    string
	SecretSet  string
	Profile    string
	Krisp      string
	MaxSession int
	Websocket  string
}

type session struct {
	ID         string
	Deployment string
	Created    time.Time
	Due        time.Time // when it ends by itself
	Ended      time.Time // zero while it runs
	Cold       bool
	Watched    bool // a local runner has it, and tells when it is over
	Completion string
}

type logLine struct {
	At         time.Time
	Deployment string
	Session    string
	Text       string
}

func (a *agent) desired() *deployment { return a.Deployments[len(a.Deployments)-1] }

func (a *agent) deployment(id string) *deployment {
	for _, d := range a.Deployments {
		if d.ID == id {
			return d
		}
	}
	return nil
}

func (a *agent) running() int {
	n := 0
	for _, s := range a.Sessions {
		if s.Ended.IsZero() {
			n++
		}
	}
	return n
}

func (a *agent) session(id string) *session {
	for _, s := range a.Sessions {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// add appends a deployment. The one that serves is never forgotten.
func (a *agent) add(d *deployment, now time.Time, pace time.Duration) {
	if n := len(a.Deployments) - maxDeployments + 1; n > 0 {
		kept := a.Deployments[n:]
		if s := a.serving(now, pace); s != nil && a.deployment(s.ID) != nil && indexOf(kept, s) < 0 {
			kept = append([]*deployment{s}, kept...)
		}
		a.Deployments = kept
	}
	a.Deployments = append(a.Deployments, d)
}

func indexOf(ds []*deployment, d *deployment) int {
	for i := range ds {
		if ds[i] == d {
			return i
		}
	}
	return -1
}

func (a *agent) log(l logLine) {
	a.Logs = append(a.Logs, l)
	for i := len(a.Logs) - 1; i > 0 && a.Logs[i].At.Before(a.Logs[i-1].At); i-- {
		a.Logs[i], a.Logs[i-1] = a.Logs[i-1], a.Logs[i]
	}
	a.Logs = a.Logs[max(0, len(a.Logs)-maxLogs):]
}

// settle brings the agent up to now: what has ended by itself since it was last looked at.
func (a *agent) settle(now time.Time, pace time.Duration) {
	if r := a.Rival; r != nil && !now.Before(r.Created) {
		a.Rival = nil
		a.Updated = r.Created
		a.add(r, r.Created, pace)
	}
	for _, d := range a.Deployments {
		if at := d.booted(pace); !d.Logged && d.Fate != FaultStuckOperator && !now.Before(at) {
			d.Logged = true
			for i, text := range d.bootLines() {
				a.log(logLine{At: at.Add(time.Duration(i) * time.Microsecond), Deployment: d.ID, Text: text})
			}
		}
	}
	for _, s := range a.Sessions {
		if s.Ended.IsZero() && !now.Before(s.Due) {
			a.end(s, s.Due)
		}
	}
	if n := len(a.Sessions) - maxSessions; n > 0 {
		kept := a.Sessions[:0]
		for i, s := range a.Sessions {
			if i >= n || s.Ended.IsZero() {
				kept = append(kept, s)
			}
		}
		a.Sessions = kept
	}
}

func (a *agent) end(s *session, at time.Time) {
	s.Ended = at
	if s.Completion == "" {
		s.Completion = "HTTP_COMPLETED"
	}
	a.log(logLine{At: at, Deployment: s.Deployment, Session: s.ID, Text: info(at, "Stopping bot session")})
}
