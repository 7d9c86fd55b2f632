package pipecat_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/pipecat"
	"readme/cli/provider/providertest"
)

const (
	overWebRTC = "0b9f6b7e-3a1c-4f0e-9a44-1d2c3b4a5f60"
	overDaily  = "1c0a7c8f-4b2d-4a1f-8b55-2e3d4c5b6a71"
)

// localRunner answers as pipecat 1.14's runner was seen to: see the contract, pipecat-local.openapi.json.
type localRunner struct {
	mu    sync.Mutex
	has   map[string]bool
	away  bool
	offer int
}

func (l *localRunner) end(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.has, id)
}

func (l *localRunner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		http.Error(w, "a key was handed on", http.StatusTeapot)
		return
	}
	if r.URL.Path == "/start" {
		l.start(w, r)
		return
	}
	parts := strings.SplitN(r.URL.Path, "/", 4)
	if len(parts) < 4 || !l.has[parts[2]] {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "Invalid or not-yet-ready session_id")
		return
	}
	if parts[3] == "api/offer" {
		l.offer++
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, `{"sdp":%q}`, r.Method+" "+string(body))
	}
}

func (l *localRunner) start(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	says := func(what string) bool { return strings.Contains(string(body), what) }
	switch {
	case says("websocket"):
		fmt.Fprint(w, `{"wsUrl":"ws://localhost:7860/ws-client","sessionId":"2d1b8d90-5c3e-4b20-9c66-3f4e5d6c7b82","token":null,"fileUploadUrl":"/files"}`)
	case says("webrtc"):
		l.has[overWebRTC] = true
		fmt.Fprintf(w, `{"sessionId":%q,"iceConfig":{"iceServers":[{"urls":"stun:stun.l.google.com:19302"}]}}`, overWebRTC)
	case says("nobody-installed-it"):
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"detail":"Transport 'daily' is not allowed."}`)
	case says("createDailyRoom"):
		l.has[overDaily] = true
		fmt.Fprintf(w, `{"dailyRoom":"https://x.daily.co/a","dailyToken":"t","sessionId":%q}`, overDaily)
	case says("daily"):
		fmt.Fprint(w, `null`)
	default:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	}
}

// RoundTrip is what is left of a runner that was stopped.
func (l *localRunner) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

type switching struct {
	l    *localRunner
	real http.RoundTripper
}

func (s switching) RoundTrip(r *http.Request) (*http.Response, error) {
	s.l.mu.Lock()
	away := s.l.away
	s.l.mu.Unlock()
	if away {
		return s.l.RoundTrip(r)
	}
	return s.real.RoundTrip(r)
}

func withRunner(t *testing.T, f func(c *cloud, l *localRunner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &localRunner{has: map[string]bool{}}
		c := open(t, func(cfg *pipecat.Config) {
			cfg.Runner, cfg.Transport = "http://localhost:7860", switching{l, providertest.Serve(t, l)}
		})
		c.create("1")
		time.Sleep(time.Minute)
		f(c, l)
	})
}

func (c *cloud) session(id string) map[string]any {
	c.t.Helper()
	return c.must(private, "GET", "/v1/agents/readme/sessions/"+id, "")
}

func TestRunner_overWebRTCLivesAsLongAsItsBot(t *testing.T) {
	withRunner(t, func(c *cloud, l *localRunner) {
		m := c.must(public, "POST", "/v1/public/readme/start", `{"transport":"webrtc"}`)
		if m["sessionId"] != overWebRTC {
			t.Fatalf("start: %v", m)
		}
		path := "/v1/public/readme/sessions/" + overWebRTC + "/api/offer"
		watched := c.rt
		c.rt = providertest.Serve(c.t, c.Handler()) // the offer's path has more parts than the contract's {path}
		if _, m := c.call(public, "POST", path, "{}"); m["sdp"] != "POST {}" {
			t.Errorf("offer: %v", m)
		}
		c.rt = watched
		time.Sleep(10 * time.Minute) // longer than a bot waits for an offer: it has come
		if m := c.session(overWebRTC); m["endedAt"] != nil {
			t.Errorf("while they talk: %v", m)
		}
		l.end(overWebRTC)
		if m := c.session(overWebRTC); m["endedAt"] == nil || m["completionStatus"] != "HTTP_COMPLETED" {
			t.Errorf("when the bot has left: %v", m)
		}
		if got := c.logs("sessionId=" + overWebRTC); !strings.Contains(got, `{"session_id": "`+overWebRTC) || !strings.Contains(got, "Stopping bot session") {
			t.Errorf("logs: %s", got)
		}
	})
}

func TestRunner_withoutAnOfferIsOverAfterTwoMinutes(t *testing.T) {
	withRunner(t, func(c *cloud, _ *localRunner) {
		c.must(public, "POST", "/v1/public/readme/start", `{"transport":"webrtc"}`)
		time.Sleep(3 * time.Minute)
		if m := c.session(overWebRTC); m["endedAt"] == nil {
			t.Errorf("got %v", m)
		}
	})
}

func TestRunner_aStopIsOnRecordAndSaysWhatItCannotDo(t *testing.T) {
	withRunner(t, func(c *cloud, l *localRunner) {
		c.must(public, "POST", "/v1/public/readme/start", `{"transport":"webrtc"}`)
		c.must(private, "DELETE", "/v1/agents/readme/sessions/"+overWebRTC, "")
		if got := c.logs("sessionId=" + overWebRTC); !strings.Contains(got, "cannot be told to stop") {
			t.Errorf("logs: %s", got)
		}
		c.rt = providertest.Serve(c.t, c.Handler())
		status, m := c.call(public, "POST", "/v1/public/readme/sessions/"+overWebRTC+"/api/offer", "{}")
		if status != 404 || m["text"] != "Invalid or not-yet-ready session_id" || l.offer != 0 {
			t.Errorf("an offer to a stopped one: %d %v, the runner saw %d", status, m, l.offer)
		}
	})
}

func TestRunner_overDailyStaysUntilTheRunnerIsGone(t *testing.T) {
	withRunner(t, func(c *cloud, l *localRunner) {
		if id := c.start(); id != overDaily {
			t.Fatalf("session %s", id)
		}
		time.Sleep(20 * time.Minute)
		if n := c.agent()["activeSessionCount"]; n != 1.0 {
			t.Errorf("%v sessions are active", n)
		}
		l.mu.Lock()
		l.away = true
		l.mu.Unlock()
		if m := c.session(overDaily); m["endedAt"] == nil || m["completionStatus"] != "HTTP_ERROR" {
			t.Errorf("with the runner gone: %v", m)
		}
		status, m := c.call(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)
		if status != 500 || !strings.Contains(fmt.Sprint(m["error"]), "the local runner does not answer") {
			t.Errorf("got %d %v", status, m)
		}
	})
}

func TestRunner_answersInThePlatformsShape(t *testing.T) {
	withRunner(t, func(c *cloud, _ *localRunner) { // the watch over the contract is the test of the shape
		m := c.must(public, "POST", "/v1/public/readme/start", `{"transport":"webrtc","enableDefaultIceServers":true}`)
		if got := fmt.Sprint(m["iceConfig"]); got != "map[iceServers:[map[urls:[stun:stun.l.google.com:19302]]]]" {
			t.Errorf("ICE: %s", got)
		}
		m = c.must(public, "POST", "/v1/public/readme/start", `{"transport":"websocket"}`)
		if m["wsUrl"] != "ws://localhost:7860/ws-client" || len(m) != 2 {
			t.Errorf("websocket: %v", m)
		}
		m = c.must(public, "POST", "/v1/public/readme/start", `{"transport":"daily"}`)
		id, _ := m["sessionId"].(string)
		if got := c.logs("sessionId=" + id); id == "" || !strings.Contains(got, "Exception running bot(): the local runner gave neither a room nor an id") || c.session(id)["endedAt"] == nil {
			t.Errorf("a runner that answers null: %v, %s", m, got)
		}
	})
}

func TestRunner_thatRefusesIsAFailedStartWithItsReason(t *testing.T) {
	withRunner(t, func(c *cloud, _ *localRunner) {
		for body, want := range map[string]string{
			`{"createDailyRoom":true,"body":{"x":"nobody-installed-it"}}`: "400 the local runner answers HTTP 400: Transport 'daily' is not allowed.",
			`{}`: "500 Internal server error. Please check logs for more information or contact support. the local runner answers HTTP 500: Internal Server Error",
		} {
			status, m := c.call(public, "POST", "/v1/public/readme/start", body)
			if got := fmt.Sprint(status, " ", m["error"]); got != want {
				t.Errorf("%s: got %s, want %s", body, got, want)
			}
		}
		all := c.must(private, "GET", "/v1/agents/readme/sessions", "")
		if n := strings.Count(fmt.Sprint(all), "HTTP_ERROR"); n != 2 || strings.Contains(fmt.Sprint(all), "endedAt:<nil>") {
			t.Errorf("sessions: %v", all)
		}
	})
}
