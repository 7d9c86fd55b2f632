package pipecat_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"readme/cli/box/pipecat"
	"readme/cli/provider/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	private = "sk_local_1"
	public  = "pk_local_1"
	box     = "http://box.test"
)

type cloud struct {
	*pipecat.Emulator
	t  *testing.T
	rt http.RoundTripper
}

func open(t *testing.T, change ...func(*pipecat.Config)) *cloud {
	t.Helper()
	cfg := pipecat.Config{
		Dir: t.TempDir(), PrivateKey: private, PublicKey: public, Pace: time.Second,
		Secrets: map[string]map[string]string{"readme-bot": {"OPENAI_API_KEY": "a-value"}},
	}
	for _, c := range change {
		c(&cfg)
	}
	e, err := pipecat.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	contract := providertest.Load(t, "../../provider/pipecat/testdata/pipecat.openapi.json")
	return &cloud{Emulator: e, t: t, rt: contract.Watch(t, providertest.Serve(t, e.Handler()))}
}

// call sends one request and gives the status and the decoded answer.
func (c *cloud) call(key, method, path, body string) (int, map[string]any) {
	c.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, box+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		m = map[string]any{"text": strings.TrimSpace(string(raw))}
	}
	return resp.StatusCode, m
}

func (c *cloud) must(key, method, path, body string) map[string]any {
	c.t.Helper()
	status, m := c.call(key, method, path, body)
	if status >= 300 {
		c.t.Fatalf("%s %s: %d %v", method, path, status, m)
	}
	return m
}

func (c *cloud) create(tag string) map[string]any {
	c.t.Helper()
	return c.must(private, "POST", "/v1/agents", `{"serviceName":"readme","image":"readme/bot:`+tag+`","secretSet":"readme-bot","autoScaling":{"minAgents":0,"maxAgents":2}}`)
}

func (c *cloud) update(body string) map[string]any {
	c.t.Helper()
	return c.must(private, "POST", "/v1/agents/readme", body)
}

func (c *cloud) agent() map[string]any {
	c.t.Helper()
	return c.must(private, "GET", "/v1/agents/readme", "")
}

func (c *cloud) start() string {
	c.t.Helper()
	return c.must(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)["sessionId"].(string)
}

func (c *cloud) logs(query string) string {
	c.t.Helper()
	return fmt.Sprint(c.must(private, "GET", "/v1/agents/readme/logs?limit=100&"+query, ""))
}

// seen is the part of an agent that says where its rollout stands, on one line.
func seen(m map[string]any) string {
	revision := func(v any) string {
		r, ok := v.(map[string]any)
		if !ok {
			return "-"
		}
		return fmt.Sprint(r["phase"])
	}
	return fmt.Sprintf("reconciled=%v ready=%v available=%v current=%s previous=%s errors=%d",
		m["reconciledDeploymentId"] == m["desiredDeploymentId"], m["ready"], m["available"],
		revision(m["currentRevision"]), revision(m["previousRevision"]), len(m["errors"].([]any)))
}

func TestRollout_theOldRevisionLooksReadyUntilTheNewOneIsPickedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		var got []string
		watch := func(seconds int) {
			for range seconds {
				got = append(got, seen(c.agent()))
				time.Sleep(time.Second)
			}
		}
		watch(4)
		got = append(got, "update")
		c.update(`{"image":"readme/bot:2"}`)
		watch(5)
		want := []string{
			"reconciled=false ready=false available=false current=- previous=- errors=0",
			"reconciled=true ready=false available=false current=Creating previous=- errors=0",
			"reconciled=true ready=false available=false current=Validating previous=- errors=0",
			"reconciled=true ready=true available=true current=Active previous=- errors=0",
			"update",
			"reconciled=false ready=true available=true current=Active previous=- errors=0",
			"reconciled=true ready=false available=true current=Creating previous=Active errors=0",
			"reconciled=true ready=false available=true current=Validating previous=Active errors=0",
			"reconciled=true ready=true available=true current=Active previous=Draining errors=0",
			"reconciled=true ready=true available=true current=Active previous=- errors=0",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("second by second (-want +got):\n%s", diff)
		}
	})
}

func TestRollout_anImageMayBringItsFault(t *testing.T) {
	cases := map[string]string{
		"1-image_not_found": "reconciled=true ready=false available=true current=Validating previous=Active errors=1",
		"1-image_platform":  "reconciled=true ready=false available=true current=Validating previous=Active errors=1",
		"1-crashloop":       "reconciled=true ready=false available=true current=Validating previous=Active errors=0",
		"1-pull_backoff":    "reconciled=true ready=false available=true current=Validating previous=Active errors=0",
		"1-degraded":        "reconciled=true ready=false available=true current=Validating previous=Active errors=0",
		"1-rollout_failed":  "reconciled=true ready=false available=true current=Failed previous=Active errors=0",
		"1-never_ready":     "reconciled=true ready=false available=true current=Validating previous=Active errors=0",
		"1-operator_stuck":  "reconciled=false ready=true available=true current=Active previous=- errors=0",
		"1-slow":            "reconciled=true ready=false available=true current=Validating previous=Active errors=0",
		"1-bot_exception":   "reconciled=true ready=true available=true current=Active previous=- errors=0",
	}
	for tag, want := range cases {
		t.Run(tag, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t)
				c.create("0")
				time.Sleep(time.Minute)
				c.update(`{"image":"readme/bot:` + tag + `"}`)
				time.Sleep(25 * time.Second)
				if diff := cmp.Diff(want, seen(c.agent())); diff != "" {
					t.Errorf("after 25 s (-want +got):\n%s", diff)
				}
				// What fails is no outage: the old one serves, and a good image heals it.
				m := c.must(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)
				if m["sessionId"] == nil {
					t.Errorf("start: %v", m)
				}
				c.update(`{"image":"readme/bot:2"}`)
				time.Sleep(10 * time.Second)
				if got := seen(c.agent()); !strings.HasPrefix(got, "reconciled=true ready=true available=true current=Active previous=-") {
					t.Errorf("after a good image: %s", got)
				}
			})
		})
	}
}

func TestUpdate_thatChangesNothingRollsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		first := c.create("1")["desiredDeploymentId"]
		time.Sleep(time.Minute)
		for name, u := range map[string]struct {
			body   string
			rolls  bool
			warned bool
		}{
			"the same image": {`{"image":"readme/bot:1"}`, false, true},
			"nothing":        {`{}`, false, true},
			"scaling alone":  {`{"autoScaling":{"maxAgents":7}}`, false, true},
			"by force":       {`{"forceRedeploy":true}`, true, false},
			"the profile":    {`{"agentProfile":"agent-2x"}`, true, false},
			"the time limit": {`{"maxSessionDuration":600}`, true, false},
		} {
			before := c.agent()["desiredDeploymentId"]
			m := c.update(u.body)
			if rolled := m["desiredDeploymentId"] != before; rolled != u.rolls {
				t.Errorf("%s: rolled %v, want %v", name, rolled, u.rolls)
			}
			if _, warned := m["warning"]; warned != u.warned {
				t.Errorf("%s: warning %v", name, m["warning"])
			}
		}
		m := c.agent()
		if m["desiredDeploymentId"] == first || m["autoScaling"].(map[string]any)["maxReplicas"] != 7.0 {
			t.Errorf("in the end: %v", m)
		}
	})
}

func TestAgents_refusalsInTheVendorsWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		c.must(private, "PUT", "/v1/secrets/far-away", `{"secrets":[{"secretKey":"A","secretValue":"b"}],"region":"us-east"}`)
		c.must(private, "PUT", "/v1/secrets/fresh", `{"secrets":[{"secretKey":"A","secretValue":"b"}]}`)
		cases := []struct {
			key, method, path, body string
			status                  int
			want                    string
		}{
			{public, "GET", "/v1/agents", "", 401, "Unauthorized / token expired"},
			{"", "GET", "/v1/agents", "", 401, "Unauthorized / token expired"},
			{private, "POST", "/v1/public/readme/start", `{}`, 401, "Unauthorized / token expired"},
			{private, "GET", "/v1/agents/other", "", 404, "Not found"},
			{private, "POST", "/v1/agents/other", `{}`, 404, "Service not found"},
			{private, "DELETE", "/v1/agents/other", "", 404, "Not found"},
			{private, "POST", "/v1/agents", `{"serviceName":"readme","image":"a:1"}`, 400, "Service already exists"},
			{private, "POST", "/v1/agents", `{"serviceName":"ab"}`, 400, "Either image or buildId is required for service creation"},
			{private, "POST", "/v1/agents", `{"serviceName":"ab","image":"a:1","region":"mars"}`, 400, "Invalid region or organization does not have access"},
			{private, "POST", "/v1/agents/readme", `{"image":"a:1","buildId":"11111111-1111-4111-8111-111111111111"}`, 400, "Cannot specify both image and buildId. Use one or the other."},
			{private, "POST", "/v1/agents/readme", `{"buildId":"11111111-1111-4111-8111-111111111111"}`, 400, "Build not found"},
			{private, "POST", "/v1/agents/readme", `{"image":"no-tag"}`, 400, "Invalid parameters"},
			{private, "POST", "/v1/agents/readme", `{"autoScaling":{"minAgents":3,"maxAgents":1}}`, 400, "Invalid parameters"},
			{private, "POST", "/v1/agents/readme", `{"secretSet":"nobody"}`, 404, "Secret set not found"},
			{private, "POST", "/v1/agents/readme", `{"secretSet":"far-away"}`, 400, "Secret set 'far-away' is in region 'us-east' but service is in region 'us-west'. Secrets must be in the same region as the service."},
			{private, "POST", "/v1/agents", `{"serviceName":"ab","image":"a:1","secretSet":"far-away"}`, 400, "Secret set 'far-away' is in region 'us-east' but service will be created in region 'us-west'. Secrets must be in the same region as the service."},
			{private, "POST", "/v1/agents/readme", `{"secretSet":"fresh"}`, 409, "Secret set 'fresh' is not yet ready. Retry once it has been provisioned."},
			{private, "PUT", "/v1/secrets/readme-bot", `{"secrets":[{"secretKey":"A","secretValue":"b"}]}`, 202, "<nil>"},
			{private, "POST", "/v1/agents/readme", `{"image":"readme/bot:2"}`, 409, "Secret set 'readme-bot' is not yet ready. Retry once it has been provisioned."},
			{private, "GET", "/v1/secrets/nobody", "", 404, "Set not found"},
			{private, "PUT", "/v1/secrets/readme-bot", `{"secrets":[{"secretKey":"A","secretValue":"b"}],"region":"us-east"}`, 400, "Secret already exists in region 'us-west'. Cannot change region to 'us-east'."},
			{private, "GET", "/v1/agents/readme/logs?startTime=yesterday", "", 400, "Invalid timestamp format"},
			{private, "GET", "/v1/agents/readme/sessions?status=bad_value", "", 400, "Invalid parameters"},
			{public, "POST", "/v1/public/other/start", `{}`, 404, "API endpoint not found / agent deployment not found / Organization not found"},
			{public, "POST", "/v1/public/readme/start", `{}`, 400, "Attempt to start agent when deployment is not in ready state. Is your image pull secret valid?"},
		}
		for _, x := range cases {
			status, m := c.call(x.key, x.method, x.path, x.body)
			if status != x.status || fmt.Sprint(m["error"]) != x.want {
				t.Errorf("%s %s: %d %v, want %d %s", x.method, x.path, status, m, x.status, x.want)
			}
		}
	})
}

func TestStart_answersByTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		time.Sleep(time.Minute)
		for body, want := range map[string][]string{
			`{"createDailyRoom":true,"transport":"daily"}`:          {"dailyRoom", "dailyToken", "sessionId"},
			`{"transport":"webrtc","enableDefaultIceServers":true}`: {"iceConfig", "sessionId"},
			`{"transport":"websocket","body":{"a":1}}`:              {"body", "sessionId", "token", "wsUrl"},
			`{}`: {"sessionId"},
		} {
			m := c.must(public, "POST", "/v1/public/readme/start", body)
			for _, key := range want {
				if m[key] == nil {
					t.Errorf("%s: no %s in %v", body, key, m)
				}
			}
			if len(m) != len(want) {
				t.Errorf("%s: %v", body, m)
			}
			if id := m["sessionId"].(string); want[len(want)-1] != "wsUrl" {
				c.must(private, "DELETE", "/v1/agents/readme/sessions/"+id, "")
			}
		}
	})
}

func TestStart_withoutAuthTheSocketTakesNoBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		c.update(`{"websocketAuth":"none"}`)
		time.Sleep(time.Minute)
		for body, want := range map[string]int{`{"transport":"websocket","body":{"a":1}}`: 400, `{"transport":"websocket"}`: 200} {
			if status, m := c.call(public, "POST", "/v1/public/readme/start", body); status != want {
				t.Errorf("%s: %d %v, want %d", body, status, m, want)
			}
		}
	})
}

func TestSessions_countStopAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		deployment := c.create("1")["desiredDeploymentId"]
		time.Sleep(time.Minute)
		start := func() (int, map[string]any) {
			return c.call(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)
		}
		_, one := start()
		_, _ = start()
		if status, m := start(); status != 429 || m["code"] != "PCC-AGENT-AT-CAPACITY" {
			t.Errorf("the third of two: %d %v", status, m)
		}
		path := "/v1/agents/readme/sessions/" + one["sessionId"].(string)
		if m := c.must(private, "GET", path, ""); m["deploymentId"] != deployment || m["endedAt"] != nil || m["coldStart"] != true {
			t.Errorf("running: %v", m)
		}
		if m := c.must(private, "DELETE", path, ""); m["status"] != "terminated" || m["session_id"] != one["sessionId"] {
			t.Errorf("stopped: %v", m)
		}
		if status, _ := c.call(private, "DELETE", path, ""); status != 404 {
			t.Errorf("stopped twice: %d", status)
		}
		list := func(query string) float64 {
			return c.must(private, "GET", "/v1/agents/readme/sessions?"+query, "")["total_count"].(float64)
		}
		if a, b, all := list("status=active"), list("status=ended"), list("limit=1"); a != 1 || b != 1 || all != 2 {
			t.Errorf("active %v, ended %v, all %v", a, b, all)
		}
		time.Sleep(6 * time.Minute) // nobody came into the room
		if a := list("status=active"); a != 0 {
			t.Errorf("%v sessions run for ever", a)
		}
		m := c.must(private, "GET", "/v1/agents/readme/logs?limit=2&sessionId="+one["sessionId"].(string), "")
		logs := m["logs"].([]any)
		if len(logs) != 2 || !strings.Contains(logs[0].(map[string]any)["log"].(string), "Stopping bot session") ||
			!strings.Contains(logs[1].(map[string]any)["log"].(string), "Starting bot session with metadata: {\"session_id\": \""+one["sessionId"].(string)) {
			t.Errorf("logs, newest first: %v", m)
		}
	})
}

func TestSessions_duringARolloutAreServedByTheOldDeployment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		first := c.create("1")["desiredDeploymentId"]
		time.Sleep(time.Minute)
		second := c.update(`{"image":"readme/bot:2"}`)["desiredDeploymentId"]
		by := func() any {
			id := c.must(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)["sessionId"].(string)
			return c.must(private, "GET", "/v1/agents/readme/sessions/"+id, "")["deploymentId"]
		}
		if got := by(); got != first {
			t.Errorf("at once: %v, want the old %v", got, first)
		}
		time.Sleep(5 * time.Second)
		if got := by(); got != second {
			t.Errorf("later: %v, want the new %v", got, second)
		}
	})
}

func TestStart_isLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		time.Sleep(time.Minute)
		pad := func(n int) string { return `{"x":"` + string(bytes.Repeat([]byte("x"), n)) + `"}` }
		for name, body := range map[string]string{
			"a body over 1 MB":              `{"createDailyRoom":true,"body":` + pad(1<<20) + `}`,
			"a body over 4 KB by websocket": `{"transport":"websocket","body":` + pad(4<<10) + `}`,
			"anything over the limit":       `{"createDailyRoom":true,"body":` + pad(2<<20) + `}`,
		} {
			if status, m := c.call(public, "POST", "/v1/public/readme/start", body); status != 413 {
				t.Errorf("%s: %d %v", name, status, m)
			}
		}
		if status, _ := c.call(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true,"body":`+pad(5<<10)+`}`); status != 200 {
			t.Errorf("5 KB over daily: %d", status)
		}
	})
}

func TestSecrets_takeAMomentAndNeverComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		put := func(set, key string) {
			c.must(private, "PUT", "/v1/secrets/"+set, `{"secrets":[{"secretKey":"`+key+`","secretValue":"hunter2"}]}`)
		}
		put("mine", "B")
		put("mine", "A")
		status := func() string {
			return fmt.Sprint(c.must(private, "GET", "/v1/secrets/mine", "")["status"])
		}
		got := []string{status()}
		time.Sleep(time.Second)
		got = append(got, status())
		if diff := cmp.Diff([]string{"pending", "ready"}, got); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
		if keys := fmt.Sprint(c.must(private, "GET", "/v1/secrets/mine", "")["secrets"]); keys != "[map[fieldName:A] map[fieldName:B]]" {
			t.Errorf("keys: %s", keys)
		}
		c.must(private, "DELETE", "/v1/secrets/mine/A", "")
		if s, _ := c.call(private, "DELETE", "/v1/secrets/mine/A", ""); s != 404 {
			t.Errorf("deleted twice: %d", s)
		}
		if all := fmt.Sprint(c.must(private, "GET", "/v1/secrets", "")); strings.Contains(all, "hunter2") || !strings.Contains(all, "readme-bot") {
			t.Errorf("sets: %s", all)
		}
		c.must(private, "DELETE", "/v1/secrets/mine", "")
		if s, _ := c.call(private, "GET", "/v1/secrets/mine", ""); s != 404 {
			t.Errorf("after its deletion: %d", s)
		}
	})
}
