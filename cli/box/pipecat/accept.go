package pipecat

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

const internalText = "Internal server error. Please check logs for more information or contact support."

// accept decides on a start and puts the session on record; a websocket has none before somebody connects. It is called
// with mu held.
func (e *Emulator) accept(name string, req startRequest, now time.Time) (answer, *session) {
	a := e.state.Agents[name]
	if a == nil {
		return noEndpoint(), nil
	}
	d := e.server(a, now)
	if bad := e.unwilling(a, d, req); bad != nil {
		return *bad, nil
	}
	if req.Transport == "websocket" {
		return ok(socket(a, req, now)), nil
	}
	m, unmet, broken := map[string]any{}, idle, ""
	if _, hit := e.board.Strike(FaultBotRaises, name); hit || d.Fate == FaultBotRaises {
		broken = "the box was asked to break this bot"
	}
	switch {
	case req.CreateDailyRoom || req.Transport == "daily":
		m["dailyRoom"] = "https://cloud-local.daily.co/" + strings.ReplaceAll(uuid.NewString(), "-", "")[:20]
		m["dailyToken"] = token(a, now)
	case req.Transport == "webrtc":
		unmet = offerWait
		if req.EnableDefaultIceServers {
			m["iceConfig"] = map[string]any{"iceServers": []map[string]any{{"urls": []string{"stun:stun.cloudflare.com:3478"}, "username": "", "credential": ""}}}
		}
	case broken == "" && e.runner == nil:
		broken = "Unsupported runner arguments type: <class 'pipecatcloud.agent.PipecatSessionArguments'>"
	}
	s := a.begin(d, now, unmet, broken)
	if _, hit := e.board.Strike(FaultSessionEndsAtOnce, name); hit {
		s.Due = s.Created
	}
	m["sessionId"] = s.ID
	return ok(m), s
}

// server is the deployment that a new session gets: the one that serves, or, as has been seen, the one before it.
func (e *Emulator) server(a *agent, now time.Time) *deployment {
	d := a.serving(now, e.cfg.Pace)
	f, on := e.board.Is(FaultSessionByOld, a.Name)
	if d == nil || !on {
		return d
	}
	at := d.after(activePhase, e.cfg.Pace)
	if old := a.serving(at.Add(-1), e.cfg.Pace); old != nil && now.Before(at.Add(f.For)) {
		e.board.Strike(FaultSessionByOld, a.Name)
		return old
	}
	return d
}

// unwilling is why a start is refused, or nil.
func (e *Emulator) unwilling(a *agent, d *deployment, req startRequest) *answer {
	strikes := func(name string) bool {
		_, hit := e.board.Strike(name, a.Name)
		return hit
	}
	switch {
	case strikes(FaultStartError):
		return new(refuse(http.StatusInternalServerError, "500", internalText))
	case strikes(FaultStartRateLimited):
		return new(tooMany())
	case strikes(FaultBilling):
		return new(refuse(http.StatusBadRequest, "PCC-1004", "Billing credentials not set. Please set billing credentials via the Pipecat Cloud dashboard."))
	case d == nil || strikes(FaultStartNotReady):
		return new(refuse(http.StatusBadRequest, "PCC-1001", "Attempt to start agent when deployment is not in ready state. Is your image pull secret valid?"))
	case a.running() >= a.Scaling.Max || strikes(FaultCapacity):
		return new(refuse(http.StatusTooManyRequests, "PCC-AGENT-AT-CAPACITY", "Service maximum agent instances reached"))
	case req.Transport == "websocket" && len(req.Body) > 0 && d.Spec.Websocket == "none":
		return new(refuse(http.StatusBadRequest, "400", "Invalid parameters"))
	}
	return nil
}

// socket is the answer to a start over a websocket.
func socket(a *agent, req startRequest, now time.Time) map[string]any {
	m := map[string]any{
		"token": token(a, now), "sessionId": uuid.NewString(),
		"wsUrl": "wss://" + a.Region + ".api.pipecat.daily.co/ws/generic/" + a.Name + ".the-box",
	}
	if len(req.Body) > 0 {
		m["body"] = base64.StdEncoding.EncodeToString(req.Body)
	}
	return m
}
