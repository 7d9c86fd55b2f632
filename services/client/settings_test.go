package client_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each of these needs a client with variables of its own.
func TestPage_aSiteThatIsNotSetUpSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		says string
	}{
		"nothing is set":   {map[string]string{}, "BOT_START_URL is not set"},
		"a placeholder":    {map[string]string{"BOT_START_URL": "https://api.example/v1/public/{agentName}/start"}, "BOT_START_URL still holds a placeholder in {}"},
		"no URL":           {map[string]string{"BOT_START_URL": "readme"}, "BOT_START_URL is not a URL"},
		"a file":           {map[string]string{"BOT_START_URL": "file:///etc/passwd"}, "BOT_START_URL is not a URL"},
		"a key of letters": {map[string]string{"BOT_START_URL": theVendor().startURL(), "BOT_START_PUBLIC_API_KEY": publicKey + "–"}, "BOT_START_PUBLIC_API_KEY holds characters that no key has"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ownSite(t, c.env)
			r, body := post(t, s.URL+"/api/start", `{}`)
			if got := fault(t, body); r.StatusCode != http.StatusInternalServerError || got["code"] != "not_configured" || got["message"] != c.says {
				t.Errorf("got %d %s", r.StatusCode, body)
			}
			p := open(t, s.URL, granted)
			p.click("Connect")
			p.sees("The reader is not set up yet.")
			p.click("For whoever runs this site")
			p.shows(t, c.says)
			s.keepsTheKey(t)
		})
	}
}

func TestStart_aKeyThatWasPastedWithItsLineIsGood(t *testing.T) {
	s := ownSite(t, map[string]string{"BOT_START_URL": theVendor().startURL() + "\n", "BOT_START_PUBLIC_API_KEY": " " + publicKey + "\n"})
	v := theVendor().plays(t, says(200, daily))
	if r, body := post(t, s.URL+"/api/start", `{}`); r.StatusCode != http.StatusOK || v.requests()[0].Key != "Bearer "+publicKey {
		t.Errorf("got %d %s, asked %v", r.StatusCode, body, v.requests())
	}
}

func TestStart_withoutAKeySendsNone(t *testing.T) {
	s := ownSite(t, map[string]string{"BOT_START_URL": theVendor().startURL()})
	v := theVendor().plays(t, says(200, webrtc)) // Pipecat's local runner wants no key
	if r, body := post(t, s.URL+"/api/start", `{}`); r.StatusCode != http.StatusOK || v.requests()[0].Key != "" {
		t.Errorf("got %d %s, asked %v", r.StatusCode, body, v.requests())
	}
}

func TestPage_aBotThatHangsIsGivenUp(t *testing.T) {
	need(t, "node", "npm", browserProgram())
	// The real deadline, fifty times faster: nothing in the client knows of it.
	hurry := filepath.Join(t.TempDir(), "hurry.cjs")
	script := `const timeout = AbortSignal.timeout; AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 50);`
	if err := os.WriteFile(hurry, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	s := ownSite(t, map[string]string{"BOT_START_URL": theVendor().startURL(), "NODE_OPTIONS": "--require " + hurry})
	mood, _ := waits(t)
	theVendor().plays(t, mood)
	r, body := post(t, s.URL+"/api/start", `{}`)
	if got := fault(t, body); r.StatusCode != http.StatusGatewayTimeout || got["code"] != "bot_timeout" || !strings.Contains(str(got["message"]), "within 50 s") {
		t.Errorf("got %d %s", r.StatusCode, body)
	}
	p := open(t, s.URL, granted)
	p.click("Connect")
	p.sees("The reader took too long to wake up.")
}

// ownSite is a client with its own variables.
func ownSite(t *testing.T, env map[string]string) *site {
	t.Helper()
	need(t, "node", "npm")
	s, err := serve(env)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
