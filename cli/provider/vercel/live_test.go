package vercel_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

// liveApp is a Next.js app that says a word in its build log.
func liveApp(t *testing.T, n int) provider.Request {
	t.Helper()
	files := map[string]string{
		"package.json":   fmt.Sprintf(`{"private":true,"scripts":{"build":"echo this-is-page-%d && next build"},"dependencies":{"next":"16","react":"19","react-dom":"19"}}`, n),
		"pages/index.js": fmt.Sprintf("export default function Page() { return 'page %d' }\n", n),
	}
	if n == 0 {
		files["pages/index.js"] = "export default function Page( {\n"
	}
	run := fmt.Sprint("trial-", n)
	r := provider.Request{Service: "client", Dir: t.TempDir(), Marker: provider.Marker{Release: run, Commit: "c-" + run, Tree: "t-" + run}}
	if err := os.Mkdir(filepath.Join(r.Dir, "pages"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(r.Dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r.Files = append(r.Files, provider.File{Path: name, Mode: 0o644, Size: int64(len(content))})
	}
	return r
}

// realAccount is one that costs money; each case makes a project in it and takes it away again.
type realAccount struct{ base, token, team string }

func (a realAccount) host(t *testing.T, token string, exists bool) host {
	t.Helper()
	name := fmt.Sprintf("readme-ops-trial-%d", time.Now().UnixNano())
	c, err := vercel.New(vercel.Options{Base: a.base, Token: release.NewSecret(token), Project: name, Team: a.team})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	h := host{Client: c, staged: true}
	if token != a.token {
		return h
	}
	t.Cleanup(func() { a.remove(t, name) })
	if exists {
		if err := h.Make(t.Context(), provider.Request{}, map[string]release.Secret{"GREETING": release.NewSecret("hello")}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// remove deletes a project with all its deployments, which the client itself never does.
func (a realAccount) remove(t *testing.T, name string) {
	t.Helper()
	address := a.base + "/v9/projects/" + name
	switch {
	case strings.HasPrefix(a.team, "team_"):
		address += "?teamId=" + a.team
	case a.team != "":
		address += "?slug=" + a.team
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Errorf("project %s is left at Vercel: the call to delete it failed", name)
		return
	}
	resp.Body.Close()
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotFound {
		t.Errorf("project %s is left at Vercel: HTTP %d", name, resp.StatusCode)
	}
}

// The suite on the account of VERCEL_TOKEN, in the team VERCEL_TEAM if there is one. It makes about 25
// deployments, and takes half an hour.
func TestVercel_keepsItOnARealAccount(t *testing.T) {
	env := providertest.Live(t, os.Getenv, "VERCEL_TOKEN")
	a := realAccount{base: "https://api.vercel.com", token: env["VERCEL_TOKEN"], team: os.Getenv("VERCEL_TEAM")}
	if base := os.Getenv("VERCEL_API_URL"); base != "" {
		a.base = base
	}
	s := way{staged: true}.subject()
	s.Request = liveApp
	s.Broken = func(t *testing.T) provider.Request {
		t.Helper()
		return liveApp(t, 0)
	}
	s.New = func(t *testing.T) providertest.Host {
		t.Helper()
		return a.host(t, a.token, true)
	}
	s.Nothing = func(t *testing.T) providertest.Host {
		t.Helper()
		return a.host(t, a.token, false)
	}
	s.WrongToken = func(t *testing.T) providertest.Host {
		t.Helper()
		return a.host(t, s.Token, false)
	}
	s.Made, s.Says, s.Variable = nil, "pages/index.js", "GREETING"
	s.Words = func(n int) string { return fmt.Sprintf("this-is-page-%d", n) }
	s.Poll, s.Within, s.Lag = 3*time.Second, 15*time.Minute, time.Minute
	providertest.Run(t, s)
}
