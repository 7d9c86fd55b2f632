package pipecat

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
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

func (q startRequest) valid() bool {
	return slices.Contains([]string{"", "daily", "webrtc", "websocket"}, q.Transport)
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
	if json.Unmarshal(raw, &req) != nil || !req.valid() {
		write(w, refuse(http.StatusBadRequest, "400", "Invalid parameters"))
		return
	}
	if len(req.Body) > maxStart || req.Transport == "websocket" && len(req.Body) > maxStartSocket {
		write(w, payloadTooLarge())
		return
	}
	name := r.PathValue("agent")
	e.watchRunner(r.Context(), name)
	var s *session
	a := e.locked(func(now time.Time) answer {
		got, started := e.accept(name, req, now)
		s = started
		return got
	}, true)
	if a.status == http.StatusOK && e.runner != nil {
		a = e.handOn(r, name, s, raw)
	}
	write(w, a)
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
