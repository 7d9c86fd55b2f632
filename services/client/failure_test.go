package client_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPage_saysWhyThereIsNoSession(t *testing.T) {
	s := aSite(t)
	for name, c := range map[string]struct {
		mood   http.Handler
		title  string
		advice string
		facts  []string // for whoever runs the site
	}{
		"not ready":     {says(400, notReady), "The reader is not ready yet.", "Try again in a minute", []string{"bot_not_ready", "PCC-1001", "image pull secret"}},
		"key refused":   {says(401, badKey), "The reader does not accept this site’s key.", "has to renew the key", []string{"bot_key_refused", "the bot answered 401"}},
		"no such bot":   {says(404, noAgent), "This site’s reader does not exist.", "nothing wrong on your side", []string{"bot_not_found"}},
		"all busy":      {says(429, atCapacity), "All readers are busy.", "Try again in a minute", []string{"bot_busy", "PCC-AGENT-AT-CAPACITY"}},
		"their error":   {says(500, broken), "The reader could not be started.", "Try again", []string{"the bot answered 500"}},
		"a page":        {says(200, htmlPage), "The reader gave an answer that makes no sense to us.", "Try again", []string{"bot_answer"}},
		"null":          {says(200, `null`), "The reader gave an answer that makes no sense to us.", "Try again", []string{"bot_answer"}},
		"no room":       {says(200, `{"sessionId":"s-1"}`), "The reader gave an answer that makes no sense to us.", "Try again", []string{"no daily session"}},
		"a bad address": {says(200, `{"dailyRoom":"javascript:alert(1)","sessionId":"s-1"}`), "The reader gave an answer that makes no sense to us.", "Try again", nil},
		"cut":           {cuts(), "The reader cannot be reached.", "in a few minutes", []string{"bot_unreachable"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := theVendor().plays(t, c.mood)
			p := open(t, s.URL, granted)
			p.click("Connect")
			p.sees(c.title)
			p.shows(t, c.advice)
			if c.facts != nil {
				p.click("For whoever runs this site")
				p.shows(t, c.facts...)
			}
			if n := len(v.requests()); n != 1 {
				t.Errorf("the vendor was asked %d times", n)
			}
			// The way on is where the person already is.
			p.click("Try again")
			p.sees(c.title)
			if n := len(v.requests()); n != 2 || p.focus() != "Try again" {
				t.Errorf("after another try: %d requests, the focus is on %q", n, p.focus())
			}
		})
	}
	s.keepsTheKey(t)
}

func TestPage_asksForADailySessionByOneClick(t *testing.T) {
	s := aSite(t)
	v := theVendor().plays(t, asDocumented(t, says(429, rateLimit)))
	p := open(t, s.URL, granted)
	p.click("Connect")
	p.sees("All readers are busy.")
	body := `{"createDailyRoom":true,"dailyRoomProperties":{"start_video_off":true},"transport":"daily"}`
	want := []asked{{"POST", "/v1/public/readme/start", "Bearer " + publicKey, "application/json", body}}
	if diff := cmp.Diff(want, v.requests()); diff != "" {
		t.Errorf("the vendor was asked (-want +got):\n%s", diff)
	}
}

func TestPage_withoutAMicrophoneStartsNoSession(t *testing.T) {
	s := aSite(t)
	v := theVendor().plays(t, says(200, daily))
	fails := func(name string) string {
		return `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "` + name + `") }`
	}
	for name, c := range map[string]struct {
		script, title string
	}{
		"blocked":  {"", "Your browser keeps the microphone from this page."},
		"missing":  {fails("NotFoundError"), "There is no microphone."},
		"in use":   {fails("NotReadableError"), "The microphone cannot be used right now."},
		"insecure": {`Object.defineProperty(navigator, "mediaDevices", { value: undefined })`, "Your browser offers no microphone here."},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, s.URL, denied, c.script)
			p.click("Connect")
			p.sees(c.title)
		})
	}
	if n := len(v.requests()); n != 0 {
		t.Errorf("the vendor was asked %d times: a session would be paid for in vain", n)
	}
}

func TestPage_withoutANetworkSaysSo(t *testing.T) {
	s := aSite(t)
	theVendor().plays(t, says(429, rateLimit))
	p := open(t, s.URL, granted)
	p.until(`document.readyState === "complete"`)
	s.down.Store(true)
	p.click("Connect")
	p.sees("We cannot reach our server.")
	s.down.Store(false)
	p.click("Try again")
	p.sees("All readers are busy.")
}

func TestPage_behindTheHostsProtectionAsksToReload(t *testing.T) {
	s := aSite(t)
	// What the host does when the access to a protected deployment has ended: it answers itself, or sends elsewhere.
	for name, answer := range map[string]string{
		"a page":     `new Response("<title>Authentication Required</title>", { status: 401 })`,
		"a redirect": `real("/no-such-page-redirects", { redirect: "manual" }).then(() => Object.defineProperty(new Response(null), "type", { value: "opaqueredirect" }))`,
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, s.URL, granted, `const real = window.fetch; window.fetch = async (to, o) => String(to) === "/api/start" ? `+answer+` : real(to, o)`)
			p.click("Connect")
			p.sees("This page is protected, and your access has ended.")
		})
	}
}

// The box's rooms do not exist, and this browser's network ends at this machine.
func TestPage_aRoomThatCannotBeReachedIsSaidWithTheSession(t *testing.T) {
	s := aSite(t)
	theVendor().plays(t, asDocumented(t, says(200, daily)))
	p := open(t, s.URL, granted)
	p.click("Connect")
	p.sees("The reader is awake. Joining it in its room.")
	p.sees("The reader has started, but its room cannot be reached.")
	p.shows(t, "Session "+sessionID, "ends by itself when nobody comes")
	p.click("For whoever runs this site")
	p.shows(t, "cloud-local.daily.co")
	if strings.Contains(p.text(), "a-token") {
		t.Errorf("the room's token is shown:\n%s", p.text())
	}
}
