package vercel_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	box "readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

const token = "box_token_that_must_not_show"

// bench is an emulator and a client in one bubble. Everything that they say to each other is held against the contract.
type bench struct {
	*testing.T

	net  *boxtest.Net
	host *boxtest.Host
	emu  *box.Emulator
	wire *wiretap
	dir  string
	*vercel.Client
}

// inBubble runs a test against a fresh emulator whose builds take 40 s and whose states change every 2 s.
func inBubble(t *testing.T, test func(b *bench)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		net := boxtest.NewNet()
		host := &boxtest.Host{Net: net, BuildTime: 40 * time.Second}
		emu, err := box.Open(t.Context(), box.Config{
			Dir: dir, Token: token,
			Projects: []box.Project{{Name: "readme", Env: map[string]string{"GREETING": "hello", "BOT_START_URL": "http://bot"}}},
			Host:     host, Edge: net.Edge, Dial: net.DialContext, Pace: 2 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		stop, err := net.Serve("api.box:80", emu.Handler())
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{T: t, net: net, host: host, emu: emu, dir: t.TempDir(), wire: newWiretap(t, net.Transport())}
		b.Client = b.client(vercel.Options{})
		defer func() {
			stop()
			emu.Close(context.WithoutCancel(t.Context()))
			b.wire.CloseIdleConnections()
			if n := host.Running(); n != 0 {
				t.Errorf("%d processes are left after Close", n)
			}
		}()
		test(b)
	})
}

// client makes one that differs from the usual by what o sets.
func (b *bench) client(o vercel.Options) *vercel.Client {
	b.Helper()
	if o.Token.Empty() {
		o.Token = release.NewSecret(token)
	}
	if o.Project == "" {
		o.Project = "readme"
	}
	o.Base, o.Transport = "http://api.box", b.wire
	c, err := vercel.New(o)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// strike lets a fault strike once; a duration of 0 is the fault's own.
func (b *bench) strike(name string, lasts time.Duration) {
	b.Helper()
	if err := b.emu.Faults().Set(fault.Fault{Name: name, Times: 1, For: lasts}); err != nil {
		b.Fatal(err)
	}
}

// app is a request to deploy an app whose page says these words.
func (b *bench) app(run, page string, more map[string]string) provider.Request {
	b.Helper()
	files := map[string]string{"page.txt": page, "package.json": "{}", "app/page.tsx": "export default 1", "app/same.tsx": "export default 1"}
	maps.Copy(files, more)
	dir := filepath.Join(b.dir, run)
	r := provider.Request{Service: "client", Dir: dir, Marker: provider.Marker{Release: run, Commit: "c-" + run, Tree: "t-" + page}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o644); err != nil {
			b.Fatal(err)
		}
		r.Files = append(r.Files, provider.File{Path: name, Mode: 0o644, Size: int64(len(files[name]))})
	}
	return r
}

// staged deploys without the domain, and waits.
func (b *bench) staged(run, page string) provider.Deployment {
	b.Helper()
	id, err := b.DeployStaged(b.Context(), b.app(run, page, nil))
	if err != nil {
		b.Fatalf("deploy %s: %v", run, err)
	}
	return b.wait(id)
}

// live deploys and promotes.
func (b *bench) live(run, page string) provider.Deployment {
	b.Helper()
	d := b.staged(run, page)
	if _, err := b.Promote(b.Context(), d.ID); err != nil {
		b.Fatalf("promote %s: %v", run, err)
	}
	return d
}

// wait reads a deployment until nothing more happens to it.
func (b *bench) wait(id string) provider.Deployment {
	b.Helper()
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
		d, err := b.Deployment(b.Context(), id)
		if err != nil {
			b.Fatalf("read %s: %v", id, err)
		}
		if d.State.Over() {
			return d
		}
	}
	b.Fatalf("%s is not over after 10 minutes", id)
	return provider.Deployment{}
}

// serving checks what the domain serves, by its alias and by its page.
func (b *bench) serving(id, page string) {
	b.Helper()
	d, err := b.Live(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if d.ID != id {
		b.Errorf("live is %q, want %q", d.ID, id)
	}
	domain, err := b.Domain(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if got := b.get(domain); got != page {
		b.Errorf("the domain serves %q, want %q", got, page)
	}
}

// get reads a page at the edge.
func (b *bench) get(url string) string {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url+"/", nil)
	if err != nil {
		b.Fatal(err)
	}
	tr := b.net.Transport()
	tr.DisableKeepAlives = true
	resp, err := tr.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	if code := resp.Header.Get("X-Vercel-Error"); code != "" {
		return code
	}
	return strings.TrimSpace(string(body))
}
