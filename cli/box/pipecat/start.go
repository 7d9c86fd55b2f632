package pipecat

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The limits of a start's body, and how long a bot waits: for a person in its room (pipecat's idle time-out), for a
// WebRTC offer (the base image).
const (
	maxStart       = 1 << 20
	maxStartSocket = 4 << 10
	idle           = 5 * time.Minute
	offerWait      = 2 * time.Minute
)

type startRequest struct {
	CreateDailyRoom             bool            `json:"createDailyRoom"`
	DailyRoomProperties         json.RawMessage `json:"dailyRoomProperties"`
	DailyMeetingTokenProperties json.RawMessage `json:"dailyMeetingTokenProperties"`
	EnableDefaultIceServers     bool            `json:"enableDefaultIceServers"`
	Transport                   string          `json:"transport"`
	Body                        json.RawMessage `json:"body"`
}

func (e *Emulator) start(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxStart+64<<10))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		write(w, payloadTooLarge())
		return
	}
	if err != nil {
		return // the caller is gone
	}
	var req startRequest
	if json.Unmarshal(raw, &req) != nil || (req.Transport != "" && req.Transport != "daily" && req.Transport != "webrtc" && req.Transport != "websocket") {
		write(w, refuse(http.StatusBadRequest, "400", "Invalid parameters"))
		return
	}
	if len(req.Body) > maxStart || req.Transport == "websocket" && len(req.Body) > maxStartSocket {
		write(w, payloadTooLarge())
		return
	}
	name := r.PathValue("agent")
	var s *session
	a := e.locked(func(now time.Time) answer {
		got, started := e.accept(name, req, now)
		s = started
		return got
	}, true)
	if s != nil && a.status == http.StatusOK && e.runner != nil {
		a = e.handOn(r, name, s, raw)
	}
	write(w, a)
}

// accept decides on a start and puts the session on record. It is called with mu held.
func (e *Emulator) accept(name string, req startRequest, now time.Time) (answer, *session) {
	a := e.state.Agents[name]
	if a == nil {
		return noEndpoint(), nil
	}
	d := a.serving(now, e.cfg.Pace)
	switch {
	case e.hitLocked(FaultStart500, name):
		return refuse(http.StatusInternalServerError, "500", "Internal server error. Please check logs for more information or contact support."), nil
	case e.hitLocked(FaultStart429, name):
		return tooMany(), nil
	case d == nil || e.hitLocked(FaultStartNotReady, name):
		return refuse(http.StatusBadRequest, "PCC-1001", "Attempt to start agent when deployment is not in ready state. Is your image pull secret valid?"), nil
	case a.running() >= a.Scaling.Max:
		return refuse(http.StatusTooManyRequests, "PCC-AGENT-AT-CAPACITY", "Service maximum agent instances reached"), nil
	}
	if req.Transport == "websocket" { // no bot runs before somebody connects
		m := map[string]any{"token": token(a, now), "wsUrl": "wss://" + a.Region + ".api.pipecat.daily.co/ws/generic/" + a.Name + ".the-box", "sessionId": uuid.NewString()}
		if len(req.Body) > 0 {
			m["body"] = base64.StdEncoding.EncodeToString(req.Body)
		}
		return ok(m), nil
	}
	broken := ""
	if e.hitLocked(FaultBotException, name) || d.Fate == fateException {
		broken = "the box was asked to break this bot"
	}
	m := map[string]any{}
	unmet := idle
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
	m["sessionId"] = s.ID
	return ok(m), s
}

// token looks like a JWT and is signed by nobody.
func token(a *agent, now time.Time) string {
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(map[string]any{"alg": "HS256", "typ": "JWT"}) + "." + part(map[string]any{"sh": a.Name, "exp": now.Add(idle).Unix()}) + "." + part("the box")
}

func payloadTooLarge() answer {
	return refuse(http.StatusRequestEntityTooLarge, "413", "Payload Too Large")
}
