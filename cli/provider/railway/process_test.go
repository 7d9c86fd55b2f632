package railway_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	emulator "readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// The same as in the bubbles, over real sockets and on the real clock.
func TestDeploy_overRealSockets(t *testing.T) {
	dir := t.TempDir()
	listen := func(address string) (net.Listener, error) { return net.Listen("tcp", address) }
	em, err := emulator.Open(t.Context(), emulator.Config{
		Dir: filepath.Join(dir, "railway"), Host: &railwaytest.Host{Listen: listen},
		Projects: railwaytest.Project("readme", "dev", token, emulator.Service{Name: "api", Public: true}),
		Edge:     func(_, _, _ string) (net.Listener, error) { return listen("127.0.0.1:0") },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := em.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	api := httptest.NewServer(em.Handler())
	defer api.Close()
	c, err := railway.New(railway.Options{Base: api.URL, Token: release.NewSecret(token), Project: "readme", Environment: "dev"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Configure(t.Context(), "api", railway.Settings{Start: "serve", Health: "/health"}); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(dir, "api.tar.gz")
	if err := os.WriteFile(archive, railwaytest.Archive(map[string]string{"./main.go": "package main\n"}), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := c.Deploy(t.Context(), provider.Request{Service: "api", Archive: archive, Marker: marker("r1")})
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var d provider.Deployment
	for d.State == "" || d.State == provider.Building {
		if d, err = c.Deployment(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		<-tick.C
	}
	if d.State != provider.Live || d.URL == "" {
		t.Fatalf("got %+v", d)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if status, body := get(t, client, d.URL+"/"); status != http.StatusOK || body != "api " {
		t.Errorf("the edge answers %d %q", status, body)
	}
}
