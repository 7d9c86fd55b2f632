package pipecat

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// handOn lets the runner start the bot and gives its answer. When it refuses, the session is over and the caller learns
// why. When it answers null, for Daily without a room, the bot has nobody to talk to and in most cases dies, which only
// the log says, as on the platform. s is nil where no bot runs before somebody connects.
func (e *Emulator) handOn(r *http.Request, name string, s *session, body []byte) answer {
	got, err := e.runner.call(r, body)
	if err != nil {
		return e.refused(name, s, err)
	}
	if s == nil {
		return ok(got)
	}
	id, named := got["sessionId"].(string)
	watched := named && e.runner.knows(r.Context(), id) == sessionRuns
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now().UTC()
	if named { // the runner's id is the one that the caller will ask for
		e.state.rename(name, s, id)
	} else {
		got["sessionId"] = s.ID
		e.say(name, s, now, "ERROR", "Exception running bot(): the local runner gave neither a room nor an id, so its bot can meet nobody")
		s.Due = now
	}
	if s.Watched = watched; watched && got["dailyRoom"] != nil {
		s.Due = e.state.longest(name, s) // the bot itself leaves an empty room
	}
	if err := e.save(); err != nil {
		return internal(err)
	}
	return ok(got)
}

// refused ends a session that the runner did not start.
func (e *Emulator) refused(name string, s *session, err error) answer {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now().UTC()
	if a := e.state.Agents[name]; a != nil && s != nil && s.Ended.IsZero() {
		s.Completion = "HTTP_ERROR"
		e.say(name, s, now, "ERROR", "Exception running bot(): "+err.Error())
		a.end(s, now)
		err = errors.Join(err, e.save())
	}
	if no := new(runnerError); errors.As(err, &no) && no.status < http.StatusInternalServerError {
		return refuse(http.StatusBadRequest, "400", err.Error())
	}
	return refuse(http.StatusInternalServerError, "500", internalText+" "+err.Error())
}

func (e *Emulator) say(name string, s *session, now time.Time, severity, text string) {
	if a := e.state.Agents[name]; a != nil {
		a.log(logLine{At: now, Deployment: s.Deployment, Session: s.ID, Text: level(now, severity, text)})
	}
}

// rename gives a session another id, in its log lines too.
func (st *state) rename(name string, s *session, id string) {
	if a := st.Agents[name]; a != nil {
		for i := range a.Logs {
			if l := &a.Logs[i]; l.Session == s.ID {
				l.Session, l.Text = id, strings.ReplaceAll(l.Text, s.ID, id)
			}
		}
	}
	s.ID = id
}
