package vercel_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	box "readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

// host is the client in the shape of the suite.
type host struct {
	*vercel.Client

	staged bool
	emu    *box.Emulator
	wire   *wiretap
	dead   *atomic.Bool
}

func (h host) Deploy(ctx context.Context, r provider.Request) (string, error) {
	if h.staged {
		return h.DeployStaged(ctx, r)
	}
	return h.Client.Deploy(ctx, r)
}

func (h host) Promote(ctx context.Context, id string) error {
	_, err := h.Client.Promote(ctx, id)
	return err
}

func (h host) Restore(ctx context.Context, to provider.Deployment, _ provider.Marker) (string, error) {
	_, err := h.Rollback(ctx, to.ID)
	return to.ID, err
}

func (h host) Remove(ctx context.Context, id string) error {
	d, err := h.Deployment(ctx, id)
	if err == nil && !d.State.Over() {
		return h.Cancel(ctx, id)
	}
	return errors.Join(err, h.Delete(ctx, id))
}

// Logs gives nothing: Vercel keeps no log of what ran.
func (h host) Logs(context.Context, string, time.Time, string) ([]provider.LogLine, error) {
	return nil, nil
}

// emulated is a client at an emulator of its own, in a bubble.
func emulated(t *testing.T, token string, staged bool) host {
	t.Helper()
	net := boxtest.NewNet()
	emu, err := box.Open(t.Context(), box.Config{
		Dir: t.TempDir(), Token: "good_token", Projects: []box.Project{{Name: "readme", Env: map[string]string{"GREETING": "hello"}}},
		Host: &boxtest.Host{Net: net, BuildTime: 40 * time.Second}, Edge: net.Edge, Dial: net.DialContext, Pace: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	stop, err := net.Serve("api.box:80", emu.Handler())
	if err != nil {
		t.Fatal(err)
	}
	h := host{staged: staged, emu: emu, wire: newWiretap(t, net.Transport()), dead: new(atomic.Bool)}
	h.Client, err = vercel.New(vercel.Options{
		Base: "http://api.box", Token: release.NewSecret(token), Project: "readme", Transport: mortal{h.wire, h.dead},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Close()
		h.wire.CloseIdleConnections()
		stop()
		emu.Close(context.Background())
	})
	return h
}

// mortal gives no answer any more once it is dead.
type mortal struct {
	next http.RoundTripper
	dead *atomic.Bool
}

func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.dead.Load() {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return m.next.RoundTrip(r)
}

func page(t *testing.T, run string, files map[string]string) provider.Request {
	t.Helper()
	r := provider.Request{Service: "client", Dir: t.TempDir(), Marker: provider.Marker{Release: run, Commit: "c-" + run, Tree: "t-" + run}}
	for _, name := range []string{"broken", "package.json", "page.txt"} {
		content, ok := files[name]
		if !ok {
			continue
		}
		if err := os.WriteFile(filepath.Join(r.Dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r.Files = append(r.Files, provider.File{Path: name, Mode: 0o644, Size: int64(len(content))})
	}
	return r
}

func TestVercel_keepsWhatAllClientsPromise(t *testing.T) {
	for _, way := range []struct {
		name   string
		staged bool
	}{{"at once", false}, {"staged", true}} {
		t.Run(way.name, func(t *testing.T) {
			providertest.Run(t, providertest.Subject{
				Vendor: "vercel",
				In:     synctest.Test,
				New: func(t *testing.T) providertest.Host {
					t.Helper()
					return emulated(t, "good_token", way.staged)
				},
				Request: func(t *testing.T, n int) provider.Request {
					t.Helper()
					return page(t, fmt.Sprint("run-", n), map[string]string{"package.json": "{}", "page.txt": fmt.Sprint("page ", n)})
				},
				Broken: func(t *testing.T) provider.Request {
					t.Helper()
					return page(t, "run-b", map[string]string{"package.json": "{}", "broken": "type error in line 3"})
				},
				Says:    "type error in line 3",
				Unknown: "dpl_unknown",
				WrongToken: func(t *testing.T) providertest.Host {
					t.Helper()
					return emulated(t, "another_token", way.staged)
				},
				Token:    "another_token",
				Mend:     "VERCEL_TOKEN",
				Variable: "GREETING",
				Made: func(t *testing.T, h providertest.Host) int {
					t.Helper()
					found, err := h.(host).Find(t.Context(), provider.Marker{Release: "run-1", Commit: "c-run-1", Tree: "t-run-1"})
					if err != nil {
						t.Fatal(err)
					}
					return len(found)
				},
				Hang: func(_ *testing.T, h providertest.Host) { h.(host).dead.Store(true) },
				Poll: time.Second, Within: 10 * time.Minute, Lag: 30 * time.Second,
			})
		})
	}
}
