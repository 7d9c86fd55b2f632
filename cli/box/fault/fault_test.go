package fault_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"readme/cli/box/fault"
)

func TestBoard_strikesAsOftenAsItWasTold(t *testing.T) {
	b := fault.NewBoard(fault.Kind{Name: "stuck", About: "it is stuck", For: time.Minute, Names: "service"})
	if err := b.Set(fault.Fault{Name: "stuck", Only: "api", Times: 2}); err != nil {
		t.Fatal(err)
	}
	if _, hit := b.Strike("stuck", "worker"); hit {
		t.Error("it struck another service")
	}
	if f, on := b.Is("stuck", "API"); !on || f.Times != 2 || f.For != time.Minute {
		t.Errorf("Is = %+v, %v", f, on)
	}
	for i, want := range []bool{true, true, false} {
		if _, hit := b.Strike("stuck", "Api"); hit != want {
			t.Errorf("strike %d: %v", i+1, hit)
		}
	}
	if on := b.On(); len(on) != 0 {
		t.Errorf("still on: %v", on)
	}
}

func TestBoard_refusesWhatItDoesNotKnow(t *testing.T) {
	b := fault.NewBoard()
	for _, f := range []fault.Fault{{Name: "no-such"}, {Name: fault.Hangs, Times: -1}, {Name: fault.Hangs, For: -1}} {
		if err := b.Set(f); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
	if err := b.Set(fault.Fault{Name: fault.Hangs}); err != nil {
		t.Fatal(err)
	}
	b.Clear("")
	if on := b.On(); len(on) != 0 {
		t.Errorf("still on: %v", on)
	}
}

func TestHandler_playsTheFaultsOfTheWire(t *testing.T) {
	const body = `{"answer":"all of it"}`
	for _, tt := range []struct {
		fault, want string // want is a part of the answer, or of the error
		status      int    // 0: no whole answer
		done        bool
	}{
		{fault.RateLimited, "Rate limit exceeded", 429, false},
		{fault.RateLimitPage, "Error 1015", 429, false},
		{fault.Unavailable, "unavailable", 503, false},
		{fault.TokenRevoked, "token expired", 401, false},
		{fault.Hangs, "EOF", 0, false},
		{fault.ConnectionCut, "EOF", 0, false},
		{fault.AnswerCut, "EOF", 0, true},
		{fault.BodyCut, "EOF", 0, true},
		{fault.GatewayTimeout, "504", 504, true},
		{fault.SlowBody, body, 201, true},
		{fault.NotJSON, "<h1>", 200, false},
		{fault.QuotesToken, "POST /deployments with ", 400, false},
		{fault.HugeAnswer, strings.Repeat(" ", 100), 200, false},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			var done atomic.Bool
			b := fault.NewBoard()
			srv := httptest.NewServer(b.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				done.Store(true)
				w.WriteHeader(http.StatusCreated)
				_, _ = io.WriteString(w, body)
			}), nil))
			defer srv.Close()
			if err := b.Set(fault.Fault{Name: tt.fault, Only: "post /deploy", Times: 1, For: 50 * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
			if status, got := post(t, srv, "/other"); status != 201 || got != body {
				t.Fatalf("another operation: %d %s", status, got)
			}
			done.Store(false)
			status, got := post(t, srv, "/deployments")
			if status != tt.status || !strings.Contains(got, tt.want) || done.Load() != tt.done {
				t.Errorf("%d, done %v: %.200s", status, done.Load(), got)
			}
			if status, got := post(t, srv, "/deployments"); status != 201 || got != body {
				t.Errorf("after it has struck once: %d %s", status, got)
			}
		})
	}
}

// post gives the status and the body of an answer, or 0 and the error.
func post(t *testing.T, srv *httptest.Server, path string) (int, string) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{}).DialContext}}
	resp, err := c.Post(srv.URL+path, "application/json", strings.NewReader("{}"))
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(got)
}
