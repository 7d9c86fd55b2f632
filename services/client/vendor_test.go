package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"readme/cli/provider/providertest"
)

const sessionID = "3f0c1f0e-8a43-4c53-9e0e-5f6a6d1c2b3a"

// vendor plays Pipecat's public API: it answers as the test that is at work has told it.
type vendor struct {
	*httptest.Server

	mu    sync.Mutex
	mood  http.Handler
	asked []asked
}

// asked is one request that the vendor got.
type asked struct{ Method, Path, Key, Type, Body string }

var theVendor = sync.OnceValue(func() *vendor {
	v := &vendor{mood: http.NotFoundHandler()}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		v.mu.Lock()
		mood := v.mood
		if r.Method != http.MethodGet {
			v.asked = append(v.asked, asked{r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)})
		}
		v.mu.Unlock()
		mood.ServeHTTP(w, r)
	}))
	atTheEnd(func(context.Context) { v.CloseClientConnections(); v.Close() })
	return v
})

func (v *vendor) startURL() string { return v.URL + "/v1/public/readme/start" }

// plays sets the mood for this test, and forgets what was asked before.
func (v *vendor) plays(t *testing.T, mood http.Handler) *vendor {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.mood, v.asked = mood, nil
	return v
}

func (v *vendor) requests() []asked {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]asked(nil), v.asked...)
}

// says answers every start alike.
func says(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(body, "<") {
			w.Header().Set("Content-Type", "text/html")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// asDocumented holds what we send, and what the vendor's part answers, against the vendor's contract.
func asDocumented(t *testing.T, mood http.Handler) http.Handler {
	t.Helper()
	contract := providertest.Load(t, "../../cli/provider/pipecat/testdata/pipecat.openapi.json")
	watched := contract.Watch(t, served{mood})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/start") {
			mood.ServeHTTP(w, r) // a path below a session has more parts than the contract's template
			return
		}
		answer, err := watched.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
	})
}

// served is a handler as a way out over HTTP.
type served struct{ http.Handler }

func (h served) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// The vendor's documented answers, word for word.
const (
	daily      = `{"dailyRoom":"https://cloud-local.daily.co/room","dailyToken":"a-token","sessionId":"` + sessionID + `"}`
	webrtc     = `{"sessionId":"` + sessionID + `","iceConfig":{"iceServers":[]}}`
	notReady   = `{"error":"Attempt to start agent when deployment is not in ready state. Is your image pull secret valid?","code":"PCC-1001"}`
	badKey     = `{"error":"Unauthorized / token expired","code":"401"}`
	noAgent    = `{"error":"API endpoint not found / agent deployment not found / Organization not found","code":"404"}`
	rateLimit  = `{"status":429,"code":"429","message":"Rate limit exceeded. Please try again later"}`
	atCapacity = `{"error":"Service maximum agent instances reached","code":"PCC-AGENT-AT-CAPACITY"}`
	broken     = `{"error":"Internal server error","code":"500"}`
	htmlPage   = "<!doctype html><title>502 Bad Gateway</title>"
)

// cuts breaks the connection in the middle of an answer.
func cuts() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"sessionId":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
}
