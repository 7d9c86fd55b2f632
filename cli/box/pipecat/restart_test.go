package pipecat_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/pipecat"
	"readme/cli/provider/providertest"
)

func TestOpen_goesOnWhereTheLastOneEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		inDir := func(c *pipecat.Config) { c.Dir = dir }
		c := open(t, inDir)
		c.create("1")
		time.Sleep(time.Minute)
		c.update(`{"image":"readme/bot:2"}`)
		c.must(private, "PUT", "/v1/secrets/mine", `{"secrets":[{"secretKey":"A","secretValue":"hunter2"}]}`)
		id := c.must(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)["sessionId"].(string)
		before := c.agent()
		c = open(t, inDir) // the old one was killed, in the middle of a rollout
		if diff := cmp.Diff(before, c.agent()); diff != "" {
			t.Errorf("the agent (-before +after):\n%s", diff)
		}
		time.Sleep(10 * time.Second)
		if got := seen(c.agent()); got != "reconciled=true ready=true available=true current=Active previous=- errors=0" {
			t.Errorf("the rollout did not go on: %s", got)
		}
		c.must(private, "DELETE", "/v1/agents/readme/sessions/"+id, "")
		if m := c.must(private, "GET", "/v1/secrets/mine", ""); m["status"] != "ready" {
			t.Errorf("the secret set: %v", m)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "pipecat.json"))
		if err != nil || strings.Contains(string(raw), "hunter2") || strings.Contains(string(raw), "a-value") {
			t.Errorf("a secret's value lies on disk, or nothing does: %v", err)
		}
	})
}

func TestAgent_remembersWithinBounds(t *testing.T) {
	got := pipecat.AfterALongTime(2000)
	if want := (pipecat.Remembered{Sessions: 501, Running: 1, Logs: 1000, Deployments: 21, FirstServes: true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOpen_refusesWhatCannotWork(t *testing.T) {
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "pipecat.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]pipecat.Config{
		"no keys":          {Dir: t.TempDir()},
		"one key for both": {Dir: t.TempDir(), PrivateKey: "k", PublicKey: "k"},
		"a broken file":    {Dir: broken, PrivateKey: "s", PublicKey: "p"},
		"a runner":         {Dir: t.TempDir(), PrivateKey: "s", PublicKey: "p", Runner: "localhost:7860"},
	} {
		if _, err := pipecat.Open(t.Context(), cfg); err == nil {
			t.Errorf("%s: it opened", name)
		}
	}
}

func TestFaults_ofStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		time.Sleep(time.Minute)
		want := map[string]string{
			pipecat.FaultStart500: "500 500", pipecat.FaultStart429: "429 429", pipecat.FaultStartNotReady: "400 PCC-1001",
		}
		for kind, w := range want {
			if err := c.Inject(pipecat.Fault{Kind: kind, Agent: "readme", Times: 1}); err != nil {
				t.Fatal(err)
			}
			if err := c.Inject(pipecat.Fault{Kind: kind, Agent: "another"}); err != nil {
				t.Fatal(err)
			}
			status, m := c.call(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)
			if got := fmt.Sprint(status, " ", m["code"]); got != w {
				t.Errorf("%s: %s, want %s", kind, got, w)
			}
			id := c.must(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)["sessionId"].(string)
			c.must(private, "DELETE", "/v1/agents/readme/sessions/"+id, "")
		}
		if err := c.Inject(pipecat.Fault{Kind: "no such"}); err == nil {
			t.Error("an unknown fault was taken")
		}
		if n := len(c.Faults()); n != 3 {
			t.Errorf("%d faults are on, want 3", n)
		}
		c.Clear(pipecat.FaultStart500)
		c.Clear("")
		if n := len(c.Faults()); n != 0 {
			t.Errorf("%d faults are on, want none", n)
		}
	})
}

func TestFaults_aStartWithoutATransportDiesInTheBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		time.Sleep(time.Minute)
		broken := func(body string) bool {
			id := c.must(public, "POST", "/v1/public/readme/start", body)["sessionId"].(string)
			time.Sleep(2 * time.Second)
			return strings.Contains(fmt.Sprint(c.must(private, "GET", "/v1/agents/readme/logs?sessionId="+id, "")), "Exception running bot()")
		}
		if broken(`{"createDailyRoom":true}`) || !broken(`{}`) {
			t.Error("only a start that names no transport breaks the bot")
		}
		if err := c.Inject(pipecat.Fault{Kind: pipecat.FaultBotException, Times: 1}); err != nil {
			t.Fatal(err)
		}
		if !broken(`{"transport":"webrtc"}`) {
			t.Error("the fault did not strike")
		}
	})
}

func TestFaults_ofThePrivateAPI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		c.rt = providertest.Serve(t, c.Handler()) // some of these are in no contract
		start := time.Now()
		for kind, want := range map[string]int{
			pipecat.FaultUnauthorized: 401, pipecat.FaultBlip: 500, pipecat.FaultRateLimit: 429, pipecat.FaultHTML: 403, pipecat.FaultLatency: 200,
		} {
			if err := c.Inject(pipecat.Fault{Kind: kind, Times: 1, For: 3 * time.Second}); err != nil {
				t.Fatal(err)
			}
			if status, _ := c.call(private, "GET", "/v1/agents/readme", ""); status != want {
				t.Errorf("%s: %d, want %d", kind, status, want)
			}
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the late answer took %s", took)
		}
		if kinds := pipecat.FaultKinds(); !slices.Contains(kinds, pipecat.FaultCut) || len(kinds) != 15 {
			t.Errorf("kinds: %v", kinds)
		}
	})
}

// runner is a local Pipecat runner as far as the contract (pipecat-local.openapi.json) describes it.
func runner(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Header.Get("Authorization") != "":
		http.Error(w, "a key was handed on", http.StatusTeapot)
	case r.URL.Path == "/start" && strings.Contains(string(body), "webrtc"):
		fmt.Fprint(w, `{"sessionId":"0b9f6b7e-3a1c-4f0e-9a44-1d2c3b4a5f60"}`)
	case r.URL.Path == "/start" && strings.Contains(string(body), "daily"):
		fmt.Fprint(w, `null`)
	case r.URL.Path == "/start":
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	default:
		fmt.Fprintf(w, `{"sdp":%q}`, r.Method+" "+r.URL.Path+" "+string(body))
	}
}

func TestRunner_startsTheBotForReal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, func(cfg *pipecat.Config) {
			cfg.Runner, cfg.Transport = "http://localhost:7860/start", providertest.Serve(t, http.HandlerFunc(runner))
		})
		c.create("1")
		time.Sleep(time.Minute)
		m := c.must(public, "POST", "/v1/public/readme/start", `{"transport":"webrtc"}`)
		if m["sessionId"] != "0b9f6b7e-3a1c-4f0e-9a44-1d2c3b4a5f60" {
			t.Errorf("start: %v", m)
		}
		path := "/v1/public/readme/sessions/" + m["sessionId"].(string) + "/api/offer"
		c.rt = providertest.Serve(t, c.Handler()) // the offer's path has more parts than the contract's {path}
		if _, m := c.call(public, "POST", path, "{}"); m["sdp"] != "POST /sessions/0b9f6b7e-3a1c-4f0e-9a44-1d2c3b4a5f60/api/offer {}" {
			t.Errorf("offer: %v", m)
		}
		c.must(private, "DELETE", "/v1/agents/readme/sessions/"+m["sessionId"].(string), "")
		if status, m := c.call(public, "POST", path, "{}"); status != 404 || m["text"] != "Invalid or not-yet-ready session_id" {
			t.Errorf("after its end: %d %v", status, m)
		}
		if m := c.must(public, "POST", "/v1/public/readme/start", `{"transport":"daily"}`); m["sessionId"] == nil {
			t.Errorf("a runner that answers null: %v", m)
		}
		if status, _ := c.call(public, "POST", "/v1/public/readme/start", `{}`); status != 500 {
			t.Errorf("a runner that fails: %d", status)
		}
		if n := c.must(private, "GET", "/v1/agents/readme/sessions?status=active", "")["total_count"]; n != 1.0 {
			t.Errorf("%v sessions are active, want the second one alone", n)
		}
	})
}

func TestRunner_thatIsAwayIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, func(cfg *pipecat.Config) {
			cfg.Runner = "http://localhost:7860/start"
			cfg.Transport = away{}
		})
		c.create("1")
		time.Sleep(time.Minute)
		status, m := c.call(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)
		if status != 500 || !strings.Contains(fmt.Sprint(m["error"]), "the local runner does not answer") {
			t.Errorf("got %d %v", status, m)
		}
	})
}

type away struct{}

func (away) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}
