package pipecat

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// A runner has no route that lists, or stops, its sessions. Its proxy tells them, though: below /sessions/{id}/ it
// answers 200 for one that it has, and 404 once the bot has returned.
type sessionState int

const (
	sessionUnknown sessionState = iota
	sessionRuns
	sessionGone
	runnerGone
)

// watchLimit is the time of one look at all the sessions of an agent.
const watchLimit = 3 * time.Second

func (r *runner) knows(ctx context.Context, id string) sessionState {
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.at("/sessions/"+url.PathEscape(id)+"/livez").String(), http.NoBody)
	if err != nil {
		return sessionUnknown
	}
	resp, err := r.client.Do(req)
	if err != nil {
		if op := new(net.OpError); errors.As(err, &op) && op.Op == "dial" && !op.Timeout() {
			return runnerGone
		}
		return sessionUnknown
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxRunner))
	_ = resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return sessionRuns
	case http.StatusNotFound:
		return sessionGone
	}
	return sessionUnknown
}

// watchRunner ends the sessions of an agent that the runner has no more.
func (e *Emulator) watchRunner(ctx context.Context, name string) {
	if e.runner == nil || name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	for _, id := range e.watched(name) {
		switch e.runner.knows(ctx, id) {
		case sessionGone:
			e.over(name, id, "")
		case runnerGone:
			e.over(name, id, "HTTP_ERROR")
		case sessionUnknown, sessionRuns:
		}
	}
}

func (e *Emulator) watched(name string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var ids []string
	if a := e.state.Agents[name]; a != nil {
		for _, s := range a.Sessions {
			if s.Watched && s.Ended.IsZero() {
				ids = append(ids, s.ID)
			}
		}
	}
	return ids
}

func (e *Emulator) over(name, id, completion string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.state.Agents[name]
	if a == nil {
		return
	}
	if s := a.session(id); s != nil && s.Ended.IsZero() {
		s.Completion = completion
		a.end(s, time.Now().UTC())
		_ = e.save() // it is only what the runner says, and says again
	}
}
