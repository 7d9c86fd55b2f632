package railway_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token   = "8c1c3c3e-6d8c-4a9b-9a55-3a7a0f0b1c2d"
	account = "account-token"
	address = "127.0.0.1:7000"
)

// world is an emulator with its network, and clients of it, inside a synctest bubble.
type world struct {
	t       *testing.T
	dir     string
	net     *railwaytest.Net
	host    *railwaytest.Host
	em      *emulator.Emulator
	client  *railway.Client
	uploads atomic.Int32 // requests that reached the emulator's upload

	config emulator.Config
	stop   func()
}

// bubble runs f in a synctest bubble with a world that is taken down at its end. Its services are an api, which is
// public, and a worker; both were never deployed, and are connected to nothing.
func bubble(t *testing.T, f func(w *world)) {
	t.Helper()
	bubbleOf(t, []emulator.Service{
		{Name: "api", Public: true, Variables: map[string]string{"ADMIN_TOKEN": "secret"}}, {Name: "worker"},
	}, f)
}

// bubbleOf is bubble with these services.
func bubbleOf(t *testing.T, services []emulator.Service, f func(w *world)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		n := railwaytest.NewNet()
		w := &world{t: t, dir: dir, net: n, host: &railwaytest.Host{Listen: n.Listen}}
		ports := 8000
		w.config = emulator.Config{
			Dir: filepath.Join(dir, "railway"), AccountToken: account, Host: w.host,
			Projects: railwaytest.Project("readme", "dev", token, services...), Forge: hosting{},
			Edge: func(_, _, service string) (net.Listener, error) {
				if service == "api" {
					return n.Listen("127.0.0.1:8000")
				}
				ports++
				return n.Listen("127.0.0.1:" + strconv.Itoa(ports))
			},
			Dial: n.Dial, Pace: time.Second,
		}
		w.open()
		w.client = w.connect(railway.Options{})
		t.Cleanup(func() {
			w.client.Close()
			w.close()
			if n := w.host.Alive(); n != 0 {
				t.Errorf("%d processes run after Close", n)
			}
		})
		f(w)
	})
}

func (w *world) open() {
	w.t.Helper()
	em, err := emulator.Open(w.t.Context(), w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	api := em.Handler()
	stop, err := w.net.Serve(address, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if filepath.Base(r.URL.Path) == "up" {
			w.uploads.Add(1)
		}
		api.ServeHTTP(rw, r)
	}))
	if err != nil {
		w.t.Fatal(err)
	}
	w.em, w.stop = em, stop
}

func (w *world) close() {
	w.t.Helper()
	w.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.t.Context()), time.Minute)
	defer cancel()
	if err := w.em.Close(ctx); err != nil {
		w.t.Error(err)
	}
}

// connect makes a client; what o leaves out is right.
func (w *world) connect(o railway.Options) *railway.Client {
	w.t.Helper()
	if o.Token.Empty() {
		o.Token = release.NewSecret(token)
	}
	if o.Project == "" {
		o.Project, o.Environment = "readme", "dev"
	}
	o.Base = "http://" + address
	o.Transport = &http.Transport{DialContext: w.net.Dial}
	c, err := railway.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// upload deploys a service under a release's id.
func (w *world) upload(service, run string) string {
	w.t.Helper()
	id, err := w.client.Deploy(w.t.Context(), w.request(service, run))
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) request(service, run string) provider.Request {
	w.t.Helper()
	archive := filepath.Join(w.dir, run+".tar.gz")
	if err := os.WriteFile(archive, railwaytest.Archive(map[string]string{"./go.mod": "module readme\n", "./run": run}), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return provider.Request{Service: service, Archive: archive, Marker: marker(run)}
}

func marker(run string) provider.Marker {
	return provider.Marker{Release: run, Commit: "1f0c6a7e0a8f4a0f8f0a6a7e0a8f4a0f8f0a6a7e", Tree: "t-" + run}
}

func (w *world) configure(service string, s railway.Settings) {
	w.t.Helper()
	if err := w.client.Configure(w.t.Context(), service, s); err != nil {
		w.t.Fatal(err)
	}
}

// wait polls a deployment to its end, as a release does.
func (w *world) wait(id string) provider.Deployment {
	w.t.Helper()
	for deadline := time.Now().Add(15 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Second) {
		d, err := w.client.Deployment(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		if d.State.Over() {
			return d
		}
	}
	w.t.Fatalf("deployment %s has no end", id)
	return provider.Deployment{}
}

func (w *world) live(service string) provider.Deployment {
	w.t.Helper()
	d, err := w.client.Live(w.t.Context(), service)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// get asks the service from outside.
func (w *world) get(url string) (int, string) {
	w.t.Helper()
	return get(w.t, &http.Client{Transport: &http.Transport{DialContext: w.net.Dial, DisableKeepAlives: true}}, url)
}

// fault switches a fault on.
func (w *world) fault(name, only string, times int) {
	w.t.Helper()
	if err := w.em.Faults().Set(fault.Fault{Name: name, Only: only, Times: times}); err != nil {
		w.t.Fatal(err)
	}
}

// history is how many deployments a service has.
func (w *world) history(service string) int {
	w.t.Helper()
	all, err := w.client.Deployments(w.t.Context(), service)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(all)
}
