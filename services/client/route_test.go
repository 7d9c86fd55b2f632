package client_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStart_handsTheVendorTheBodyAndTheKey(t *testing.T) {
	s := aSite(t)
	v := theVendor().plays(t, asDocumented(t, says(200, daily)))
	sent := `{"createDailyRoom":true,"transport":"daily","body":{"readme_ops_smoke":"r-1"}}`
	r, body := post(t, s.URL+"/api/start", sent)
	if r.StatusCode != http.StatusOK || body != daily {
		t.Errorf("got %d %s", r.StatusCode, body)
	}
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q: the answer holds a token", got)
	}
	want := []asked{{"POST", "/v1/public/readme/start", "Bearer " + publicKey, "application/json", sent}}
	if diff := cmp.Diff(want, v.requests()); diff != "" {
		t.Errorf("the vendor was asked (-want +got):\n%s", diff)
	}
	s.keepsTheKey(t)
}

func TestStart_saysWhyTheBotDidNotStart(t *testing.T) {
	s := aSite(t)
	documented := func(status int, body string) http.Handler { return asDocumented(t, says(status, body)) }
	for name, c := range map[string]struct {
		mood     http.Handler
		status   int
		code     string
		upstream float64 // 0: there is none
		vendor   string  // the vendor's own code
		message  string
	}{
		"no new deployment is ready": {documented(400, notReady), 503, "bot_not_ready", 400, "PCC-1001", "not in ready state"},
		"another 400":                {says(400, `{"error":"no","code":"PCC-9"}`), 502, "bot_refused", 400, "PCC-9", "the bot answered 400: no"},
		"the key is refused":         {documented(401, badKey), 502, "bot_key_refused", 401, "401", "Unauthorized / token expired"},
		"no such bot":                {documented(404, noAgent), 502, "bot_not_found", 404, "404", "agent deployment not found"},
		"too many requests":          {documented(429, rateLimit), 503, "bot_busy", 429, "429", "Rate limit exceeded"},
		"all agents busy":            {documented(429, atCapacity), 503, "bot_busy", 429, "PCC-AGENT-AT-CAPACITY", "maximum agent instances"},
		"an error of theirs":         {documented(500, broken), 502, "bot_refused", 500, "500", "Internal server error"},
		"a page":                     {says(502, htmlPage), 502, "bot_refused", 502, "", "the bot answered 502: an HTML page"},
		"a page that looks good":     {says(200, htmlPage), 502, "bot_answer", 200, "", "not with a JSON object"},
		"null":                       {says(200, `null`), 502, "bot_answer", 200, "", "not with a JSON object"},
		"a list":                     {says(200, `[]`), 502, "bot_answer", 200, "", "not with a JSON object"},
		"an error with status 200":   {says(200, `{"error":"no room"}`), 502, "bot_refused", 200, "", "no room"},
		"nothing":                    {says(200, ``), 502, "bot_answer", 200, "", "not with a JSON object"},
		"a redirect":                 {http.RedirectHandler("/elsewhere", http.StatusFound), 502, "bot_refused", 302, "", "302"},
		"a cut connection":           {cuts(), 502, "bot_unreachable", 200, "", "cannot be reached"},
		"too much":                   {says(200, `{"a":"`+strings.Repeat("x", 300<<10)+`"}`), 502, "bot_answer", 200, "", "larger than 256 KiB"},
		"an echo of the key":         {says(400, `{"error":"bad key `+publicKey+`"}`), 502, "bot_refused", 400, "", "bad key •••"},
	} {
		t.Run(name, func(t *testing.T) {
			v := theVendor().plays(t, c.mood)
			r, body := post(t, s.URL+"/api/start", `{"createDailyRoom":true,"transport":"daily"}`)
			got := fault(t, body)
			if r.StatusCode != c.status || got["code"] != c.code || !strings.Contains(str(got["message"]), c.message) {
				t.Errorf("got %d %s", r.StatusCode, body)
			}
			if up, _ := got["upstreamStatus"].(float64); up != c.upstream || str(got["upstreamCode"]) != c.vendor {
				t.Errorf("the vendor's part: got %s", body)
			}
			// A start that is sent twice is billed twice.
			if n := len(v.requests()); n != 1 {
				t.Errorf("the vendor was asked %d times", n)
			}
		})
	}
	s.keepsTheKey(t)
}

func TestStart_aKeyInAGoodAnswerIsHiddenToo(t *testing.T) {
	s := aSite(t)
	theVendor().plays(t, says(200, `{"sessionId":"s","echo":"`+publicKey+`"}`))
	if r, body := post(t, s.URL+"/api/start", `{}`); r.StatusCode != http.StatusOK || body != `{"sessionId":"s","echo":"•••"}` {
		t.Errorf("got %d %s", r.StatusCode, body)
	}
	s.keepsTheKey(t)
}

func TestStart_refusesWhatIsNoRequestForIt(t *testing.T) {
	s := aSite(t)
	v := theVendor().plays(t, says(200, daily))
	for name, c := range map[string]struct {
		method, kind, body string
		status             int
		code               string
	}{
		"a form of another site": {"POST", "text/plain", `{}`, 415, "not_json"},
		"no body":                {"POST", "application/json", ``, 400, "not_json"},
		"no JSON":                {"POST", "application/json", `{`, 400, "not_json"},
		"no object":              {"POST", "application/json", `"daily"`, 400, "not_json"},
		"a list":                 {"POST", "application/json", `[]`, 400, "not_json"},
		"too much":               {"POST", "application/json", `{"a":"` + strings.Repeat("x", 64<<10) + `"}`, 413, "too_large"},
		"a read":                 {"GET", "", ``, 405, ""},
		"another write":          {"PUT", "application/json", `{}`, 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, body := ask(t, c.method, s.URL+"/api/start", c.kind, c.body)
			if r.StatusCode != c.status || (c.code != "" && fault(t, body)["code"] != c.code) {
				t.Errorf("got %d %s", r.StatusCode, body)
			}
		})
	}
	if got := v.requests(); len(got) != 0 {
		t.Errorf("the vendor was asked: %v", got)
	}
}

func TestOffer_goesToTheSessionAndNowhereElse(t *testing.T) {
	s := aSite(t)
	v := theVendor().plays(t, says(200, `{"type":"answer","sdp":"v=0","pc_id":"1"}`))
	offer := `{"sdp":"v=0","type":"offer"}`
	for _, method := range []string{"POST", "PATCH"} {
		if r, body := ask(t, method, s.URL+"/api/sessions/s-1/api/offer", "application/json", offer); r.StatusCode != http.StatusOK || !strings.Contains(body, `"answer"`) {
			t.Errorf("%s: %d %s", method, r.StatusCode, body)
		}
	}
	path := "/v1/public/readme/sessions/s-1/api/offer"
	want := []asked{
		{"POST", path, "Bearer " + publicKey, "application/json", offer},
		{"PATCH", path, "Bearer " + publicKey, "application/json", offer},
	}
	if diff := cmp.Diff(want, v.requests()); diff != "" {
		t.Errorf("the vendor was asked (-want +got):\n%s", diff)
	}
	for _, path := range []string{"s-1/admin", "s-1/api/offer/more", "..%2f..%2fstart/api/offer", "s%20x/api/offer"} {
		if r, body := post(t, s.URL+"/api/sessions/"+path, offer); r.StatusCode != http.StatusNotFound && r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, r.StatusCode, body)
		}
	}
	if n := len(v.requests()); n != 2 {
		t.Errorf("the vendor was asked %d times", n)
	}
	s.keepsTheKey(t)
}

// aSite is the common one, or the reason why there is none here.
func aSite(t *testing.T) *site {
	t.Helper()
	need(t, "node", "npm")
	s, err := common()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func post(t *testing.T, url, body string) (*http.Response, string) {
	t.Helper()
	return ask(t, http.MethodPost, url, "application/json", body)
}

func ask(t *testing.T, method, url, kind, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(got)
}

// fault is the error of an answer; anything else in it is an error of the test.
func fault(t *testing.T, body string) map[string]any {
	t.Helper()
	var got map[string]map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil || len(got) != 1 || got["error"] == nil {
		t.Fatalf("no error in %s (%v)", body, err)
	}
	return got["error"]
}

func str(v any) string {
	s, _ := v.(string)
	return s
}
