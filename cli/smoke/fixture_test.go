package smoke_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"readme/cli/release"
	"readme/cli/smoke"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// product is a server behind an in-memory network, in the bubble of the test.
type product struct {
	handler   http.HandlerFunc
	refuse    int // so many dials are refused first
	conns     chan net.Conn
	requests  []string // "GET /health", in order
	transport *http.Transport
}

type addr struct{}

func (addr) Network() string { return "pipe" }
func (addr) String() string  { return "pipe" }

func (p *product) Accept() (net.Conn, error) {
	c, ok := <-p.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p *product) Close() error   { close(p.conns); return nil } // net/http calls it once
func (p *product) Addr() net.Addr { return addr{} }

// serve serves h by net/http until the test ends.
func serve(t *testing.T, h http.HandlerFunc) *product {
	t.Helper()
	p := &product{handler: h, conns: make(chan net.Conn)}
	p.transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		if p.refuse > 0 {
			p.refuse--
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		here, there := net.Pipe()
		p.conns <- there
		return here, nil
	}}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests = append(p.requests, r.Method+" "+r.URL.Path)
		w.Header()["Date"] = nil
		p.handler(w, r)
	})}
	done := make(chan struct{})
	go func() { s.Serve(p); close(done) }()
	t.Cleanup(func() {
		p.transport.CloseIdleConnections()
		s.Close()
		<-done
	})
	return p
}

// answers gives the next of several answers for each request, the last one again and again.
func answers(all ...func(http.ResponseWriter)) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		all[min(n, len(all)-1)](w)
		n++
	}
}

func status(code int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

const token = `t0p/secret+"token"`

// world is an Env with some names.
func (p *product) world() smoke.Env {
	values := map[string]string{
		"api.url": "http://api.test", "client.url": "https://client.test", "api.commit": "4f2a9c1", "ADMIN_TOKEN": token, "book_id": "b-1", "evil": "@/etc/passwd", "quote": "o'hara",
	}
	return smoke.Env{
		Environment: "local",
		Lookup:      func(name string) (string, bool) { v, ok := values[name]; return v, ok },
		Secrets:     []release.Secret{release.NewSecret(token), release.NewSecret("")},
		HTTP:        p.transport,
		Began:       time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
	}
}

func get(path string, e smoke.Expect) smoke.Check {
	return smoke.Check{Name: "api is healthy", HTTP: &smoke.HTTP{Method: "GET", URL: "${api.url}" + path}, Expect: e}
}

func post(path string, e smoke.Expect) smoke.Check {
	return smoke.Check{
		Name: "a book uploads", HTTP: &smoke.HTTP{Method: "POST", URL: "${api.url}" + path, Headers: map[string]string{"Authorization": "Bearer ${ADMIN_TOKEN}"}},
		Expect: e,
	}
}

// fault takes the Fault out of err, and sees to it that the token is nowhere in it.
func fault(t *testing.T, err error) *release.Fault {
	t.Helper()
	f, ok := errors.AsType[*release.Fault](err)
	if !ok {
		t.Fatalf("got %v, want a Fault", err)
	}
	if f.Exit != release.ExitSmokeFailed || f.Try == "" {
		t.Errorf("exit %d, try %q", f.Exit, f.Try)
	}
	if text := show(f); strings.Contains(text, "t0p") {
		t.Errorf("the token is in the fault:\n%s", text)
	}
	return f
}

// show writes a fault as a plain view would.
func show(f *release.Fault) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n", f.Title, f.Detail)
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "  %s\n", e.Label)
		for _, line := range e.Lines {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	fmt.Fprintf(&b, "  try: %s\n  exit %d\n", f.Try, f.Exit)
	return b.String()
}

func golden(t *testing.T, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(t.Name(), "/", "_")+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
