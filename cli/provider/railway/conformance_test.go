package railway_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// host is the client in the shape of the suite.
type host struct {
	*railway.Client

	service string
	needs   railway.Needs
	set     railway.Settings // of good requests
	w       *world           // nil at a real account
	dead    *atomic.Bool
}

// noImage is an image that is nowhere.
const noImage = "ghcr.io/founder/nowhere:1"

func (h host) Live(ctx context.Context) (provider.Deployment, error) {
	return h.Client.Live(ctx, h.service)
}

// Deploy sees to the settings first, as a release does.
func (h host) Deploy(ctx context.Context, r provider.Request) (string, error) {
	r.Service = h.service
	set := h.set
	switch {
	case r.Image == noImage:
		h.w.fault(emulator.FaultPullFails, h.service, 1)
	case h.w != nil && r.Marker.Release == "run-b":
		set.Build = "fail"
	}
	if err := h.Configure(ctx, h.service, set); err != nil {
		return "", err
	}
	return h.Client.Deploy(ctx, r)
}

func (h host) Restore(ctx context.Context, to provider.Deployment, m provider.Marker) (string, error) {
	return h.Rollback(ctx, h.service, to, m)
}

func (h host) Remove(ctx context.Context, id string) error {
	d, err := h.Deployment(ctx, id)
	if err != nil {
		return err
	}
	if !d.State.Over() {
		return h.Cancel(ctx, id)
	}
	return h.Client.Remove(ctx, id)
}

func (h host) Variables(ctx context.Context) ([]provider.Variable, error) {
	return h.ListVariables(ctx, h.service)
}

func (h host) SetVariables(ctx context.Context, vars []provider.NewVariable) error {
	return h.WriteVariables(ctx, h.service, vars)
}

func (h host) Outdated(ctx context.Context, live provider.Deployment) ([]string, error) {
	return h.Client.Outdated(ctx, h.service, live)
}

func (h host) Missing(ctx context.Context) ([]string, error) {
	return h.Client.Missing(ctx, h.service, h.needs)
}

func (h host) Make(ctx context.Context, _ provider.Request, variables map[string]release.Secret) error {
	if _, err := h.Create(ctx, h.service); err != nil {
		return err
	}
	if err := h.Client.SetVariables(ctx, h.service, variables); err != nil {
		return err
	}
	if h.needs.Public {
		if _, err := h.EnsureDomain(ctx, h.service); err != nil {
			return err
		}
	}
	if h.needs.Repository {
		return h.Connect(ctx, h.service, repo, "main")
	}
	return nil
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

// way is one of the three ways to send a service, in the suite.
type way struct {
	name    string
	needs   railway.Needs
	set     railway.Settings
	request func(t *testing.T, n int) provider.Request
	bears   func(t *testing.T, d provider.Deployment, r provider.Request)
	broken  func(t *testing.T) provider.Request
	words   func(n int) string
}

func ways() []way {
	built := railway.Settings{Build: "slow 20s", Start: "serve", Health: "/health"}
	upload := func(t *testing.T, run string) provider.Request {
		t.Helper()
		file := filepath.Join(t.TempDir(), "archive.tar.gz")
		if err := os.WriteFile(file, railwaytest.Archive(map[string]string{"./go.mod": "module readme\n", "./run": run}), 0o600); err != nil {
			t.Fatal(err)
		}
		return provider.Request{Archive: file, Marker: marker(run)}
	}
	ofCommit := func(run string, n int) provider.Request {
		r := commit("", n)
		r.Marker = marker(run)
		return r
	}
	return []way{
		{
			name: "upload", needs: railway.Needs{Public: true}, set: built,
			request: func(t *testing.T, n int) provider.Request { t.Helper(); return upload(t, fmt.Sprint("run-", n)) },
			broken:  func(t *testing.T) provider.Request { t.Helper(); return upload(t, "run-b") },
		},
		{
			name: "commit", needs: railway.Needs{Public: true, Repository: true}, set: built,
			request: func(_ *testing.T, n int) provider.Request { return ofCommit(fmt.Sprint("run-", n), n) },
			broken:  func(*testing.T) provider.Request { return ofCommit("run-b", 9) },
			bears: func(t *testing.T, d provider.Deployment, r provider.Request) {
				t.Helper()
				if d.Marker != (provider.Marker{Commit: r.Commit.SHA}) {
					t.Errorf("it bears %+v, want commit %s", d.Marker, r.Commit.SHA)
				}
			},
		},
		{
			name: "image", needs: railway.Needs{Public: true}, set: railway.Settings{Health: "/health"},
			request: func(_ *testing.T, n int) provider.Request {
				return provider.Request{Image: fmt.Sprint("ghcr.io/founder/api:", n), Marker: marker(fmt.Sprint("run-", n))}
			},
			bears: func(t *testing.T, d provider.Deployment, r provider.Request) {
				t.Helper()
				if d.Image != r.Image {
					t.Errorf("it is of image %q, want %q", d.Image, r.Image)
				}
			},
			words:  func(n int) string { return fmt.Sprintf("ghcr.io/founder/api:%d is only", n) },
			broken: func(*testing.T) provider.Request { return provider.Request{Image: noImage, Marker: marker("run-b")} },
		},
	}
}

func TestRailway_keepsWhatAllClientsPromise(t *testing.T) {
	for _, v := range ways() {
		t.Run(v.name, func(t *testing.T) { providertest.Run(t, subject(v)) })
	}
}

func subject(v way) providertest.Subject {
	// The suite runs its cases in bubbles one after the other, each with a world of its own.
	var w *world
	at := func(t *testing.T, service, token string) providertest.Host {
		t.Helper()
		h := host{service: service, needs: v.needs, set: v.set, w: w, dead: new(atomic.Bool)}
		var err error
		h.Client, err = railway.New(railway.Options{
			Base: "http://" + address, Token: release.NewSecret(token), Project: "readme", Environment: "dev",
			Transport: mortal{&http.Transport{DialContext: w.net.Dial, DisableKeepAlives: true}, h.dead},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(h.Close)
		return h
	}
	s := providertest.Subject{
		Vendor: "railway",
		In: func(t *testing.T, f func(t *testing.T)) {
			t.Helper()
			bubble(t, func(of *world) {
				w = of
				f(of.t)
			})
		},
		New: func(t *testing.T) providertest.Host {
			t.Helper()
			if v.needs.Repository {
				if err := w.client.Connect(t.Context(), "api", repo, "main"); err != nil {
					t.Fatal(err)
				}
			}
			return at(t, "api", token)
		},
		Request: v.request, Bears: v.bears, Broken: v.broken, Says: "undefined: readBook", Words: v.words,
		Unknown: "11111111-2222-4333-8444-555555555555",
		WrongToken: func(t *testing.T) providertest.Host {
			t.Helper()
			return at(t, "api", "a-wrong-token")
		},
		Lose: func(t *testing.T, _ providertest.Host) {
			t.Helper()
			w.fault(emulator.FaultVarsLost, "api", 1)
		},
		Late: func(t *testing.T, _ providertest.Host) {
			t.Helper()
			w.fault(emulator.FaultVarsLate, "api", 1)
		},
		Owned: func(*testing.T, providertest.Host) string { return "RAILWAY_SERVICE_NAME" },
		Token: "a-wrong-token", Mend: "RAILWAY_TOKEN", Variable: "ADMIN_TOKEN",
		Nothing: func(t *testing.T) providertest.Host {
			t.Helper()
			return at(t, "web", token)
		},
		Cut: func(_ *testing.T, _ providertest.Host) {
			op := "serviceInstanceDeployV2"
			if v.name == "upload" {
				op = "POST up"
			}
			w.fault(fault.AnswerCut, op, 1)
		},
		Made: func(t *testing.T, h providertest.Host) int {
			t.Helper()
			all, err := h.(host).Deployments(t.Context(), "api")
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		},
		Hang: func(_ *testing.T, h providertest.Host) { h.(host).dead.Store(true) },
		Poll: time.Second, Within: 10 * time.Minute, Lag: 30 * time.Second,
	}
	if v.name == "image" {
		s.Says = "" // what cannot be pulled logs nothing
	}
	return s
}
