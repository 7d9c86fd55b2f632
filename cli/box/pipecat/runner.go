package pipecat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// runner is a local Pipecat runner (python -m pipecat.runner.run, port 7860) that starts the bot for real.
type runner struct {
	start  *url.URL // http://localhost:7860/start
	client *http.Client
}

const (
	runnerTimeout = time.Minute
	maxRunner     = 1 << 20
)

func newRunner(address string, transport http.RoundTripper) (*runner, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Host == "" || !strings.HasSuffix(u.Path, "/start") {
		return nil, fmt.Errorf("open the Pipecat emulator: the runner's address %q is not like http://localhost:7860/start", address)
	}
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &runner{start: u, client: &http.Client{Transport: transport, Timeout: runnerTimeout}}, nil
}

func (r *runner) close() { r.client.CloseIdleConnections() }

// handOn lets the runner start the bot. Its answer is given, under our session id where the runner names none; when it
// refuses, the session is over.
func (e *Emulator) handOn(r *http.Request, name string, s *session, body []byte) answer {
	got, err := e.runner.call(r, body)
	if err == nil && got["sessionId"] == nil {
		got["sessionId"] = s.ID
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		// The runner's id is the one that the caller will ask for.
		if id, isText := got["sessionId"].(string); isText {
			s.ID = id
		}
		if err = e.save(); err == nil {
			return ok(got)
		}
	}
	now := time.Now().UTC()
	if a := e.state.Agents[name]; a != nil && s.Ended.IsZero() {
		s.Completion = "HTTP_ERROR"
		a.log(logLine{At: now, Deployment: s.Deployment, Session: s.ID, Text: level(now, "ERROR", "Exception running bot(): "+err.Error())})
		a.end(s, now)
		err = errors.Join(err, e.save())
	}
	return refuse(http.StatusInternalServerError, "500", "Internal server error. Please check logs for more information or contact support: "+err.Error())
}

func (r *runner) call(from *http.Request, body []byte) (map[string]any, error) {
	req, err := http.NewRequestWithContext(from.Context(), http.MethodPost, r.start.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the local runner does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxRunner))
	if err != nil {
		return nil, fmt.Errorf("the local runner's answer broke off: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the local runner answers HTTP %d: %s", resp.StatusCode, strings.TrimSpace(string(raw)))
	}
	got := map[string]any{}
	if err := json.Unmarshal(raw, &got); err != nil {
		return nil, fmt.Errorf("the local runner's answer is no JSON: %w", err)
	}
	if got == nil { // the runner answers null when it has no room to give
		got = map[string]any{}
	}
	return got, nil
}

// proxy is how a client reaches the routes of the bot of its session.
func (e *Emulator) proxy(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	a := e.state.Agents[r.PathValue("agent")]
	known := false
	if a != nil {
		a.settle(time.Now().UTC(), e.cfg.Pace)
		s := a.session(r.PathValue("session"))
		known = s != nil && s.Ended.IsZero()
	}
	e.mu.Unlock()
	switch {
	case !known:
		http.Error(w, "Invalid or not-yet-ready session_id", http.StatusNotFound)
	case e.runner == nil:
		write(w, answer{http.StatusNotFound, map[string]any{"detail": "Not Found"}})
	default:
		target := *e.runner.start
		target.Path = strings.TrimSuffix(target.Path, "/start") + "/sessions/" + r.PathValue("session") + "/" + r.PathValue("path")
		(&httputil.ReverseProxy{
			Transport: e.runner.client.Transport,
			Rewrite: func(p *httputil.ProxyRequest) {
				query := p.In.URL.RawQuery
				p.Out.URL, p.Out.Host = &target, target.Host
				p.Out.URL.RawQuery = query
				p.Out.Header.Del("Authorization")
			},
		}).ServeHTTP(w, r)
	}
}
