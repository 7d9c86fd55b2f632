// Package pipecat is the client of Pipecat Cloud: it deploys the voice bot by image or build, says when that
// deployment really serves, and looks after sessions, logs and secret sets. It speaks the private API
// (testdata/pipecat.openapi.json) with a private key; starting a session is the product's own business.
package pipecat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// DefaultBase is where Pipecat Cloud answers; the paths begin with /v1.
const DefaultBase = "https://api.pipecat.daily.co"

// names is what the vendor takes for an agent's name.
var names = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])$`)

// Options make a Client.
type Options struct {
	Base       string         // without /v1; "" means DefaultBase
	PrivateKey release.Secret // sk_...
	Agent      string         // the pinned target, which wins over agent_name in pcc-deploy.toml
	Region     string         // where the agent and its secret set are made; "" means the organization's default
	Transport  http.RoundTripper
}

// Client acts on one agent. It is safe for several goroutines.
type Client struct {
	door      *provider.Door
	transport http.RoundTripper
	base      string
	agent     string
	region    string
	kind      string // of the key, for Examine

	mu       sync.Mutex
	seen     symptoms
	replaced map[string]replaced // by the id of a deployment that this client has asked for
	built    map[string]string   // of a deployment, by its id
	wrote    map[string][]string // keys of secret sets whose values running bots do not have yet, by set
}

// New makes a client. It calls nobody.
func New(o Options) (*Client, error) {
	if o.Base == "" {
		o.Base = DefaultBase
	}
	if err := checkName(o.Agent); err != nil {
		return nil, err
	}
	key := strings.TrimSpace(o.PrivateKey.Reveal()) // a newline from a file would be an invalid header
	if key == "" {
		return nil, errors.New("pipecat: no private key")
	}
	if strings.HasPrefix(key, "pk_") {
		return nil, &release.Fault{
			Title:  "PIPECAT_PRIVATE_KEY is a public key",
			Detail: "One that begins with pk_ can only start sessions; the private key begins with sk_, and is made at " + dashboard + ".",
			Try:    "readme-ops doctor", Exit: release.ExitInvalid,
		}
	}
	door, err := provider.NewDoor(provider.Options{
		Vendor: "pipecat", Base: o.Base, Transport: o.Transport,
		Header: func(h http.Header) { h.Set("Authorization", "Bearer "+key) },
	})
	if err != nil {
		return nil, err
	}
	return &Client{
		door: door, transport: o.Transport, base: strings.TrimSuffix(strings.TrimSpace(o.Base), "/"), agent: o.Agent, region: o.Region, kind: kindOfKey(key),
		replaced: map[string]replaced{}, built: map[string]string{}, wrote: map[string][]string{},
	}, nil
}

// Close lets go of the idle connections.
func (c *Client) Close() { c.door.Close() }

// Name is the agent's.
func (c *Client) Name() string { return c.agent }

// StartURL is where the product starts a session with its public key.
func (c *Client) StartURL() string { return c.base + "/v1/public/" + c.agent + "/start" }

func checkName(agent string) error {
	if len(agent) > 54 || !names.MatchString(agent) {
		return fmt.Errorf("pipecat: %q is no agent name: 2 to 54 characters a-z, 0-9 and -, not at either end", agent)
	}
	return nil
}

func (c *Client) path(parts ...string) string {
	var p strings.Builder
	p.WriteString("/v1/agents/" + c.agent)
	for _, part := range parts {
		p.WriteString("/" + url.PathEscape(part))
	}
	return p.String()
}

// get reads the agent; found is false when there is none yet.
func (c *Client) get(ctx context.Context) (a agent, found bool, err error) {
	answer, err := c.do(ctx, provider.Call{Op: "read the agent " + c.agent, Method: http.MethodGet, Path: c.path()})
	if provider.NotFound(err) {
		return agent{}, false, nil
	}
	if err != nil {
		return agent{}, false, err
	}
	if err := answer.Into(&a); err != nil {
		return agent{}, false, fmt.Errorf("pipecat: read the agent %s: %w", c.agent, err)
	}
	return a, true, nil
}

// do sends a call. That the key is not taken is a matter for a person.
func (c *Client) do(ctx context.Context, call provider.Call) (provider.Answer, error) {
	answer, err := c.door.Do(ctx, call)
	e, ok := errors.AsType[*provider.Error](err)
	if !ok || e.Status != http.StatusUnauthorized && e.Status != http.StatusForbidden {
		return answer, err
	}
	return answer, &release.Fault{
		Title:    "Pipecat Cloud does not accept PIPECAT_PRIVATE_KEY",
		Detail:   "it was revoked, or belongs to another organization, or is no private key (sk_...): " + dashboard + " has them",
		Evidence: []release.Evidence{e.Evidence()}, Try: "readme-ops doctor", Cause: err,
	}
}

// pause waits d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
