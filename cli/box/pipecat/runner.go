package pipecat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
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
	maxReason     = 500
)

func newRunner(address string, transport http.RoundTripper) (*runner, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Host == "" || strings.Trim(strings.TrimSuffix(u.Path, "/start"), "/") != "" {
		return nil, fmt.Errorf("open the Pipecat emulator: the runner's address %q is not like http://localhost:7860", address)
	}
	u.Path = "/start"
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &runner{start: u, client: &http.Client{Transport: transport, Timeout: runnerTimeout}}, nil
}

func (r *runner) close() { r.client.CloseIdleConnections() }

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
		return nil, &runnerError{resp.StatusCode, reason(raw)}
	}
	got := map[string]any{}
	if err := json.Unmarshal(raw, &got); err != nil {
		return nil, fmt.Errorf("the local runner's answer is no JSON: %w", err)
	}
	return asOurs(got), nil
}

// runnerError is a start that the runner has refused.
type runnerError struct {
	status int
	text   string
}

func (e *runnerError) Error() string {
	return fmt.Sprintf("the local runner answers HTTP %d: %s", e.status, e.text)
}

// reason is what the runner says: {"detail": "..."}, or plain text.
func reason(raw []byte) string {
	var said struct {
		Detail any `json:"detail"`
	}
	if json.Unmarshal(raw, &said) == nil && said.Detail != nil {
		return fmt.Sprint(said.Detail)
	}
	text := strings.TrimSpace(string(raw))
	return text[:min(len(text), maxReason)]
}

// asOurs is the runner's answer in the platform's shape: no fields of its own, nothing null, addresses of ICE servers
// as lists. The runner answers null when it has no room to give.
func asOurs(got map[string]any) map[string]any {
	out := map[string]any{}
	for _, key := range []string{"token", "wsUrl", "body", "dailyRoom", "dailyToken", "sessionId", "iceConfig"} {
		if got[key] != nil {
			out[key] = got[key]
		}
	}
	ice, _ := out["iceConfig"].(map[string]any)
	servers, _ := ice["iceServers"].([]any)
	for _, s := range servers {
		if one, isMap := s.(map[string]any); isMap {
			if address, isText := one["urls"].(string); isText {
				one["urls"] = []any{address}
			}
		}
	}
	return out
}
