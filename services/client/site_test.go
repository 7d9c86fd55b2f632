package client_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readme/cli/box/host"
)

// site is the client as it is served, behind a front that reads along.
type site struct {
	*httptest.Server

	down atomic.Bool // every connection is cut

	mu   sync.Mutex
	sent bytes.Buffer // every byte that a browser was sent, headers included
	logs strings.Builder
}

const publicKey = "pk_only_the_server_knows"

// common is the site that most tests look at. Its bot is the vendor that plays.
var common = sync.OnceValues(func() (*site, error) {
	return serve(map[string]string{"BOT_START_URL": theVendor().startURL(), "BOT_START_PUBLIC_API_KEY": publicKey})
})

// serve starts the built client with these variables. It is stopped after the last test.
func serve(env map[string]string) (*site, error) {
	w, err := built()
	if err != nil {
		return nil, err
	}
	s := &site{}
	address := make(chan string, 1)
	local := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	env = maps.Clone(env)
	maps.Copy(env, map[string]string{"NODE_ENV": "production", "NEXT_TELEMETRY_DISABLED": "1"})
	p, err := w.Start(context.Background(), host.Run{
		// With port 0 nobody can take it from us in between.
		Service: "client", Dir: w.dir, Command: "node node_modules/next/dist/bin/next start -H 127.0.0.1 -p 0",
		Env: env, Drain: 5 * time.Second,
		Say: func(_, line string) {
			s.mu.Lock()
			s.logs.WriteString(line + "\n")
			s.mu.Unlock()
			if found := local.FindString(line); found != "" {
				select {
				case address <- found:
				default:
				}
			}
		},
	})
	if err != nil {
		return nil, err
	}
	atTheEnd(p.Stop)
	select {
	case found := <-address:
		err = s.front(found)
	case <-p.Done():
		err = fmt.Errorf("the client ended with exit code %d:\n%s", p.Exit(), s.log())
	case <-time.After(time.Minute):
		err = fmt.Errorf("the client does not listen:\n%s", s.log())
	}
	return s, err
}

func (s *site) front(address string) error {
	target, err := url.Parse(address)
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding")
		},
		Transport:    &http.Transport{DisableCompression: true},
		ErrorLog:     log.New(io.Discard, "", 0),
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.mu.Lock()
			defer s.mu.Unlock()
			_ = r.Header.Write(&s.sent)
			s.sent.Write(body)
			return nil
		},
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	atTheEnd(func(context.Context) { s.CloseClientConnections(); s.Close() })
	return nil
}

func (s *site) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logs.String()
}

// keepsTheKey fails if a browser was ever sent the key, or if it stands in the log.
func (s *site) keepsTheKey(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent.Len() == 0 {
		t.Error("nothing was sent at all")
	}
	if strings.Contains(s.sent.String(), publicKey) {
		t.Error("the key was sent to the browser")
	}
	if strings.Contains(s.logs.String(), publicKey) {
		t.Error("the key stands in the log")
	}
}
