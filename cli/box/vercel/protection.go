package vercel

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"time"
)

const (
	secretPattern = `^[a-zA-Z0-9]{32}$`
	// secretDelay is how long a fresh secret takes to reach the edge.
	secretDelay = time.Second

	bypassHeader = "X-Vercel-Protection-Bypass"
	cookieHeader = "X-Vercel-Set-Bypass-Cookie"
	bypassCookie = "_vercel_jwt"
)

// editBypass makes and revokes the secrets that let checks through.
func (e *Emulator) editBypass(r *http.Request, p *project) (int, any, error) {
	var b struct {
		Generate *struct {
			Secret string `json:"secret"`
		} `json:"generate"`
		Revoke *struct {
			Secret     string `json:"secret"`
			Regenerate bool   `json:"regenerate"`
		} `json:"revoke"`
		Update *struct {
			Secret string `json:"secret"`
		} `json:"update"`
	}
	if err := decode(r, &b); err != nil {
		return 0, nil, err
	}
	if p.Bypass == nil {
		p.Bypass = map[string]bypass{}
	}
	fresh := ""
	switch {
	case b.Revoke != nil:
		if _, ok := p.Bypass[b.Revoke.Secret]; !ok {
			return 0, nil, notFound("Protection bypass")
		}
		delete(p.Bypass, b.Revoke.Secret)
		if b.Revoke.Regenerate {
			fresh = newSecret()
		}
	case b.Update != nil:
		if _, ok := p.Bypass[b.Update.Secret]; !ok {
			return 0, nil, notFound("Protection bypass")
		}
	case b.Generate != nil && b.Generate.Secret != "":
		fresh = b.Generate.Secret
		if !regexp.MustCompile(secretPattern).MatchString(fresh) {
			return 0, nil, badRequest("Invalid request: `generate.secret` should be 32 letters and digits")
		}
		if _, ok := p.Bypass[fresh]; ok {
			return 0, nil, refuse(http.StatusConflict, "conflict", "This secret exists already")
		}
	default:
		fresh = newSecret()
	}
	if fresh != "" {
		p.Bypass[fresh] = bypass{Created: e.now()}
	}
	return http.StatusOK, map[string]any{"protectionBypass": viewBypass(e.state.User, p.Bypass)}, nil
}

func newSecret() string { return (rand.Text() + rand.Text())[:32] }

func viewBypass(user string, all map[string]bypass) map[string]any {
	v := map[string]any{}
	for secret, b := range all {
		v[secret] = map[string]any{"scope": "automation-bypass", "createdAt": b.Created, "createdBy": user}
	}
	return v
}

// protects reports whether an address asks who one is: generated ones, and with "all" the domain too.
func (e *Emulator) protects(p *project, d *deployment, domain bool) bool {
	if _, on := e.faults.Is(Protected, p.Name); on && !domain {
		return true
	}
	switch p.SSO {
	case "all":
		return true
	case "preview":
		return d.Target != production
	case "":
		return false
	}
	return !domain
}

// pass lets a request through that has the project's secret. It answers everybody else itself, and who asks for a
// cookie.
func pass(w http.ResponseWriter, r *http.Request, all map[string]bypass) bool {
	given := r.Header.Get(bypassHeader)
	if given == "" {
		given = r.URL.Query().Get("x-vercel-protection-bypass")
	}
	cookie, err := r.Cookie(bypassCookie)
	for secret, b := range all {
		if time.Since(time.UnixMilli(b.Created)) < secretDelay {
			continue
		}
		sum := sha256.Sum256([]byte(secret))
		token := hex.EncodeToString(sum[:])
		switch {
		case given == secret && (r.Header.Get(cookieHeader) != "" || r.URL.Query().Has("x-vercel-set-bypass-cookie")):
			//nolint:gosec // the box has no TLS, and a secure cookie would not come back
			http.SetCookie(w, &http.Cookie{Name: bypassCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
			w.Header().Set("Location", r.URL.Path)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return false
		case given == secret, err == nil && cookie.Value == token:
			r.Header.Del(bypassHeader) // the app does not see it
			return true
		}
	}
	http.SetCookie(w, &http.Cookie{Name: "_vercel_sso_nonce", Value: rand.Text(), Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = fmt.Fprint(w, "<!doctype html><html><head><title>Authentication Required</title></head><body><h1>Authentication Required</h1>"+
		"<p>This page requires authentication to access.</p></body></html>")
	return false
}
