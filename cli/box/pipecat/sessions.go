package pipecat

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
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
	list := []map[string]any{}
	for _, s := range slices.Backward(a.Sessions) {
		switch {
		case status == "active" && !s.Ended.IsZero(), status == "ended" && s.Ended.IsZero(),
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

// begin puts a new session on record, served by d. unmet is how long the bot waits for somebody to come.
func (a *agent) begin(d *deployment, now time.Time, unmet time.Duration, broken string) *session {
	s := &session{
		ID: uuid.NewString(), Deployment: d.ID, Created: now.Truncate(time.Millisecond),
		Due: now.Add(min(unmet, time.Duration(d.Spec.MaxSession)*time.Second)), Cold: a.running() >= a.Scaling.Min,
	}
	a.Sessions = append(a.Sessions, s)
	line := func(after time.Duration, text string) {
		a.log(logLine{At: now.Add(after), Deployment: d.ID, Session: s.ID, Text: text})
	}
	line(0, info(now, fmt.Sprintf(`Starting bot session with metadata: {"session_id": %q, "image_version": "0.1.19"}`, s.ID)))
	if broken != "" { // only logged: /bot still answers 200, and the session counts as completed
		s.Due = now.Add(time.Second)
		line(time.Millisecond, level(now, "ERROR", "Exception running bot(): "+broken))
	}
	return s
}

// info is a line as loguru writes it in the base image.
func info(at time.Time, text string) string { return level(at, "INFO", text) }

func level(at time.Time, level, text string) string {
	return fmt.Sprintf("%s | %-8s | __main__:run_bot - %s", at.Format("2006-01-02 15:04:05.000"), level, text)
}

// params reads a query; bad is the first parameter that makes no sense.
type params struct {
	values map[string][]string
	bad    string
}

func (p *params) get(name string) string {
	if v := p.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (p *params) number(name string, otherwise int) int {
	v := p.get(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		p.bad = name
	}
	return n
}

func (p *params) seconds(name string) time.Time {
	v := p.get(name)
	if v == "" {
		return time.Time{}
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		p.bad = name
	}
	return time.Unix(n, 0)
}

func (p *params) word(name string, first string, others ...string) string {
	v := p.get(name)
	if v == "" {
		return first
	}
	if v != first && !slices.Contains(others, v) {
		p.bad = name
	}
	return v
}

func page[T any](list []T, limit, offset int) []T {
	list = list[min(offset, len(list)):]
	return list[:min(limit, len(list))]
}
