package box

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"readme/cli/box/fault"
)

// Switches lists the faults of a running box.
func (i Info) Switches(ctx context.Context) ([]Switch, error) {
	var out []Switch
	return out, i.ask(ctx, http.MethodGet, "/faults", nil, &out)
}

// SetFault switches a fault of a vendor on in a running box: in its own environment, and in those that release.yaml pins.
func (i Info) SetFault(ctx context.Context, vendor string, f fault.Fault) error {
	return i.ask(ctx, http.MethodPost, "/faults/"+url.PathEscape(vendor), f, nil)
}

// ClearFault switches one off; vendor and name may be "all". One that is off already, or not known, is no error.
func (i Info) ClearFault(ctx context.Context, vendor, name string) error {
	return i.ask(ctx, http.MethodDelete, "/faults/"+url.PathEscape(vendor)+"/"+url.PathEscape(name), nil, nil)
}

// Account is what a founder would have typed in for an environment whose vendors the box plays: variables by name.
func (i Info) Account(ctx context.Context, env string) (map[string]string, error) {
	var out map[string]string
	return out, i.ask(ctx, http.MethodGet, "/env/"+url.PathEscape(env), nil, &out)
}

func (i Info) ask(ctx context.Context, method, path string, body, into any) error {
	const deadline, most = 10 * time.Second, 1 << 20
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, i.Control+path, bytes.NewReader(raw))
	if err != nil {
		return errors.New("ask the box: its address is none")
	}
	req.Header.Set("Authorization", "Bearer "+i.ControlKey.Reveal())
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return fmt.Errorf("ask the box: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return fmt.Errorf("ask the box: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(string(said)))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}
