package vercel_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"readme/cli/box/vercel"
)

func TestProtection_opensToTheProjectsSecretAlone(t *testing.T) {
	inBubble(t, func(b *bench) {
		live := b.deployed("live", nil)
		url := "http://" + b.call("GET", "/v13/deployments/"+live, nil).text("url") + "/"
		protect := func(kind string) {
			b.call("PATCH", "/v9/projects/readme", map[string]any{"ssoProtection": map[string]any{"deploymentType": kind}})
		}
		for kind, want := range map[string][2]int{ // of a production deployment's own address, and of the domain
			"preview": {200, 200}, "all": {401, 401}, "prod_deployment_urls_and_all_previews": {401, 200}, "all_except_custom_domains": {401, 200},
		} {
			protect(kind)
			got := [2]int{b.send("GET", url, nil).status, b.send("GET", "http://production.box/", nil).status}
			if got != want {
				b.Errorf("%s: %v, want %v", kind, got, want)
			}
		}
		protect("all")
		r := b.send("GET", url, nil)
		if !strings.Contains(r.raw, "Authentication Required") || !strings.Contains(r.header.Get("Set-Cookie"), "_vercel_sso_nonce=") ||
			!strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			b.Errorf("to a stranger: %d %v %s", r.status, r.header, r.raw)
		}
		const secret = "0123456789abcdefghijABCDEFGHIJ01"
		if r := b.call("PATCH", "/v1/projects/readme/protection-bypass", map[string]any{"generate": map[string]any{"secret": "short"}}); r.status != http.StatusBadRequest {
			b.Errorf("a short secret: %d", r.status)
		}
		made := b.call("PATCH", "/v1/projects/readme/protection-bypass", map[string]any{"generate": map[string]any{"secret": secret}})
		if _, ok := made.json["protectionBypass"].(map[string]any)[secret]; !ok {
			b.Errorf("the answer has no secret: %s", made.raw)
		}
		if got := b.send("GET", url, nil, "X-Vercel-Protection-Bypass", secret).status; got != http.StatusUnauthorized {
			b.Errorf("at once: %d; a fresh secret takes a second", got)
		}
		time.Sleep(1100 * time.Millisecond)
		if r := b.send("GET", url, nil, "X-Vercel-Protection-Bypass", secret); r.raw != "live hello" {
			b.Errorf("with the secret: %d %s", r.status, r.raw)
		}
		r = b.send("GET", url, nil, "X-Vercel-Protection-Bypass", secret, "X-Vercel-Set-Bypass-Cookie", "true")
		if r.status != http.StatusTemporaryRedirect {
			b.Errorf("asking for a cookie: %d", r.status)
		}
		cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
		if r := b.send("GET", url, nil, "Cookie", cookie); r.raw != "live hello" {
			b.Errorf("with the cookie: %d %s", r.status, r.raw)
		}
		again := b.call("PATCH", "/v1/projects/readme/protection-bypass", map[string]any{"revoke": map[string]any{"secret": secret, "regenerate": true}})
		time.Sleep(time.Second)
		if got := b.send("GET", url, nil, "X-Vercel-Protection-Bypass", secret).status; got != http.StatusUnauthorized {
			b.Errorf("with the revoked secret: %d", got)
		}
		if len(again.json["protectionBypass"].(map[string]any)) != 1 {
			b.Errorf("regenerated: %s", again.raw)
		}
	})
}

func TestProtection_isTheDefaultOfANewProject(t *testing.T) {
	inBubble(t, func(b *bench) {
		r := b.call("POST", "/v11/projects", map[string]any{"name": "new"})
		if kind := r.json["ssoProtection"].(map[string]any)["deploymentType"]; kind != "all_except_custom_domains" {
			b.Errorf("it is protected as %v", kind)
		}
	})
}

func TestFaults_ofTheEdge(t *testing.T) {
	inBubble(t, func(b *bench) {
		url := "http://" + b.call("GET", "/v13/deployments/"+b.deployed("live", nil), nil).text("url") + "/"
		b.strike(vercel.Protected, 0, 0)
		if got := b.send("GET", url, nil).status; got != http.StatusUnauthorized || b.page("production.box:80") != "live hello" {
			b.Errorf("protected: %d on its own address, %q on the domain", got, b.page("production.box:80"))
		}
		b.emu.Faults().Clear(vercel.Protected)
		b.strike(vercel.ProjectPaused, 0, 0)
		r := b.send("GET", "http://production.box/", nil)
		if r.status != http.StatusServiceUnavailable || r.header.Get("X-Vercel-Error") != "DEPLOYMENT_PAUSED" ||
			b.call("GET", "/v9/projects/readme", nil).json["paused"] != true {
			b.Errorf("paused: %d %v", r.status, r.header)
		}
		b.emu.Faults().Clear("")
		if got := b.page("production.box:80"); got != "live hello" {
			b.Errorf("cleared, it serves %q", got)
		}
	})
}
