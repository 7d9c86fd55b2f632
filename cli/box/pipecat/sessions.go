package pipecat

import (
	"net/http"
	"slices"
	"time"
)

func (e *Emulator) listSessions(r *http.Request, _ time.Time) answer {
	a := e.state.Agents[r.PathValue("agent")]
	if a == nil {
		return noEndpoint()
	}
	q := params{values: r.URL.Query()}
	status, startType := q.word("status", "all", "active", "ended"), q.word("startType", "all", "cold", "warm")
	from, to := q.seconds("startTime"), q.seconds("endTime")
	limit, offset := q.number("limit", 10), q.number("offset", 0)
	if q.bad != "" {
		return refuse(http.StatusBadRequest, "400", "Invalid parameters")
	}
	_, hidden := e.board.Is(FaultSessionsUnlisted, a.Name)
	list := []map[string]any{}
	for _, s := range slices.Backward(a.Sessions) {
		switch {
		case hidden, status == "active" && !s.Ended.IsZero(), status == "ended" && s.Ended.IsZero(),
			startType == "cold" && !s.Cold, startType == "warm" && s.Cold,
			!from.IsZero() && s.Created.Before(from), !to.IsZero() && s.Created.After(to):
		default:
			if id := q.get("deploymentId"); id == "" || id == s.Deployment {
				list = append(list, s.json(a))
			}
		}
	}
	return ok(map[string]any{"total_count": len(list), "sessions": page(list, limit, offset)})
}

func (e *Emulator) getSession(r *http.Request, _ time.Time) answer {
	a := e.state.Agents[r.PathValue("agent")]
	if a == nil {
		return noEndpoint()
	}
	s := a.session(r.PathValue("session"))
	if s == nil {
		return noEndpoint()
	}
	m := s.json(a)
	m["resourceMetrics"], m["meetingIds"] = nil, []any{}
	return ok(m)
}

// stopSession is a 404 for a session that has ended already.
func (e *Emulator) stopSession(r *http.Request, now time.Time) answer {
	a := e.state.Agents[r.PathValue("agent")]
	if a == nil {
		return noEndpoint()
	}
	s := a.session(r.PathValue("session"))
	if s == nil || !s.Ended.IsZero() {
		return notFound("Session not found")
	}
	if _, hit := e.board.Strike(FaultSessionUnstoppable, a.Name); hit {
		return refuse(http.StatusInternalServerError, "500", internalText)
	}
	if s.Watched {
		e.say(a.Name, s, now, "WARNING", "a local runner cannot be told to stop a session: its bot leaves when its person does")
	}
	a.end(s, now)
	return ok(map[string]any{"status": "terminated", "session_id": s.ID})
}

func (s *session) json(a *agent) map[string]any {
	m := map[string]any{
		"sessionId": s.ID, "serviceId": a.ID, "organizationId": organization, "deploymentId": s.Deployment,
		"createdAt": stamp(s.Created), "updatedAt": stamp(s.Created), "endedAt": nil,
		"botStartSeconds": 0, "coldStart": s.Cold, "completionStatus": orNil(s.Completion),
	}
	if s.Cold {
		m["botStartSeconds"] = 2
	}
	if !s.Ended.IsZero() {
		m["endedAt"], m["updatedAt"] = stamp(s.Ended), stamp(s.Ended)
	}
	return m
}
