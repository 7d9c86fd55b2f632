package pipecat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"readme/cli/provider"
)

// Reading is what Interpret tests see.
type Reading struct {
	Phase     string `json:"phase"`
	Ready     bool   `json:"ready"`
	Failed    bool   `json:"failed"`
	Available bool   `json:"available"`
	Sign, Why string `json:"-"`
}

// Interpret reads an agent's JSON.
func Interpret(raw []byte, desired string) (Reading, error) {
	var a agent
	if err := json.Unmarshal(raw, &a); err != nil {
		return Reading{}, err
	}
	r := interpret(a, desired)
	return Reading{Phase: r.phase, Ready: r.ready, Failed: r.failed, Available: r.available, Sign: r.sign, Why: r.why}, nil
}

// Discard deletes the agent and a secret set, for tests on a real account.
func (c *Client) Discard(ctx context.Context, set string) error {
	var errs []error
	for _, path := range []string{c.path(), "/v1/secrets/" + url.PathEscape(set)} {
		if _, err := c.do(ctx, provider.Call{Op: "tidy up", Method: http.MethodDelete, Path: path}); err != nil && !provider.NotFound(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
