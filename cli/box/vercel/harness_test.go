package vercel_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
)

// bench is an emulator in a bubble, spoken to in plain HTTP, as somebody else's client would.
type bench struct {
	*testing.T

	net  *boxtest.Net
	host *boxtest.Host
	cfg  vercel.Config
	emu  *vercel.Emulator
	stop func()

	watch func(http.RoundTripper) http.RoundTripper // what passes between API and test; nil for nothing
}

func inBubble(t *testing.T, test func(b *bench)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		net := boxtest.NewNet()
		host := &boxtest.Host{Net: net, BuildTime: 40 * time.Second}
		b := &bench{T: t, net: net, host: host, cfg: vercel.Config{
			Dir: dir, Token: "box_token",
			Projects: []vercel.Project{{Name: "readme", Env: map[string]string{"GREETING": "hello"}}},
			Host:     host, Edge: net.Edge, Dial: net.DialContext, Pace: 2 * time.Second,
		}}
		b.open()
		defer func() { b.close() }()
		test(b)
	})
}

func (b *bench) open() {
	b.Helper()
	var err error
	if b.emu, err = vercel.Open(b.Context(), b.cfg); err != nil {
		b.Fatal(err)
	}
	if b.stop, err = b.net.Serve("api.box:80", b.emu.Handler()); err != nil {
		b.Fatal(err)
	}
}

// strike lets a fault strike a number of times, 0 for until it is cleared; a duration of 0 is the fault's own.
func (b *bench) strike(name string, times int, lasts time.Duration) {
	b.Helper()
	if err := b.emu.Faults().Set(fault.Fault{Name: name, Times: times, For: lasts}); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) close() {
	b.Helper()
	b.stop()
	b.emu.Close(context.WithoutCancel(b.Context()))
	if n := b.host.Running(); n != 0 {
		b.Errorf("%d processes are left after Close", n)
	}
}

// reply is an answer, decoded if it is JSON.
type reply struct {
	status int
	header http.Header
	raw    string
	json   map[string]any
}

// code gives the code of an error.
func (r reply) code() string {
	e, _ := r.json["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}

// text gives a field of the answer.
func (r reply) text(name string) string {
	s, _ := r.json[name].(string)
	return s
}

// call sends a request to the API. body may be nil, a string as it is, or anything that becomes JSON.
func (b *bench) call(method, path string, body any, header ...string) reply {
	b.Helper()
	return b.send(method, "http://api.box"+path, body, append([]string{"Authorization", "Bearer box_token"}, header...)...)
}

func (b *bench) send(method, url string, body any, header ...string) reply {
	b.Helper()
	var raw []byte
	switch v := body.(type) {
	case nil:
	case string:
		raw = []byte(v)
	default:
		raw, _ = json.Marshal(v)
	}
	req, err := http.NewRequestWithContext(b.Context(), method, url, bytes.NewReader(raw))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	tr := b.net.Transport()
	tr.DisableKeepAlives = true
	var through http.RoundTripper = tr
	if b.watch != nil && strings.HasPrefix(url, "http://api.box/") {
		through = b.watch(tr)
	}
	resp, err := through.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	r := reply{status: resp.StatusCode, header: resp.Header, raw: string(got)}
	_ = json.Unmarshal(got, &r.json)
	return r
}

// create deploys an app whose page says these words; more is added to the body.
func (b *bench) create(page string, more map[string]any) reply {
	b.Helper()
	body := map[string]any{"name": "readme", "target": "production", "files": []any{
		map[string]any{"file": "page.txt", "data": page, "encoding": "utf-8"},
	}}
	maps.Copy(body, more)
	return b.call("POST", "/v13/deployments", body)
}

// deployed creates, waits until all is done, and gives the id.
func (b *bench) deployed(page string, more map[string]any) string {
	b.Helper()
	r := b.create(page, more)
	if r.status != http.StatusOK {
		b.Fatalf("create: %d %s", r.status, r.raw)
	}
	time.Sleep(2 * time.Minute)
	return r.text("id")
}

// page reads what an edge address serves.
func (b *bench) page(host string) string {
	b.Helper()
	r := b.send("GET", "http://"+host+"/", nil)
	if code := r.header.Get("X-Vercel-Error"); code != "" {
		return code
	}
	return r.raw
}

func digest(s string) string {
	sum := sha1.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func staged() map[string]any { return map[string]any{"autoAssignCustomDomains": false} }

func lines(s string) int { return strings.Count(strings.TrimSpace(s), "\n") + 1 }
