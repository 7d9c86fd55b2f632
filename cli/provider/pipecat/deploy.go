package pipecat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"readme/cli/provider"
)

// The times of a deploy. Nobody waits longer for a secret set than its provisioning takes many times over, and "not
// carried out" is concluded only after readBack of answers without a trace.
const (
	poll      = 5 * time.Second
	setWait   = 5 * time.Minute
	readBack  = 30 * time.Second
	putAgain  = 3
	setsReady = 2 * time.Minute
)

// Live gives the deployment that was last asked for and where it stands; the zero Deployment when the agent does not
// exist yet. State Live means that it serves; with another state what serves is an older one, of which the vendor
// keeps no record under a private key.
func (c *Client) Live(ctx context.Context) (provider.Deployment, error) {
	a, found, err := c.get(ctx)
	if err != nil || !found {
		return provider.Deployment{}, err
	}
	return c.deployment(a, a.desired()), nil
}

// Reach asks for something that every key may see: an agent that is not found behind a wrong key, or at an address that
// is none of the vendor's, would look like one that has yet to be made.
func (c *Client) Reach(ctx context.Context) error {
	_, err := c.do(ctx, provider.Call{Op: "list the agents", Method: http.MethodGet, Path: "/v1/agents"})
	return err
}

// Deployment says where the deployment with this id stands: Building until the operator has picked it up and its own
// revision is ready, whatever the answer says about the revision before; Superseded as soon as another one was asked
// for. Signs that may pass (an image pull that is refused) count as Failed when they stay for a minute or two, which
// this Client measures between its own calls.
func (c *Client) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	a, found, err := c.get(ctx)
	if err != nil {
		return provider.Deployment{}, err
	}
	if !found && c.late(id, "") {
		return provider.Deployment{ID: id, Service: c.agent, State: provider.Building, Raw: "not on record yet"}, nil
	}
	if !found {
		return provider.Deployment{
			ID: id, Service: c.agent, State: provider.Superseded, Raw: "deleted", Why: "the agent " + c.agent + " does not exist any more",
		}, nil
	}
	return c.deployment(a, id), nil
}

// Agent reads back the configuration of what was last asked for, as far as the vendor tells it; found is false when
// the agent does not exist. It is what Restore takes: record it before a deploy.
func (c *Client) Agent(ctx context.Context) (cfg Config, found bool, err error) {
	a, found, err := c.get(ctx)
	if err != nil || !found {
		return Config{}, false, err
	}
	return a.config(), true, nil
}

func (a agent) config() Config {
	cfg := Config{Agent: a.Name, Region: a.Region, Profile: a.AgentProfile, MinAgents: &a.AutoScaling.Min}
	if a.AutoScaling.Max > 0 {
		cfg.MaxAgents = &a.AutoScaling.Max
	}
	if a.KrispViva != nil && a.KrispViva.AudioFilter != nil {
		cfg.AudioFilter = *a.KrispViva.AudioFilter
	}
	if d := a.Deployment; d != nil {
		spec := d.Manifest.Spec
		cfg.Build, cfg.ImageCredentials, cfg.MaxSession = d.BuildID, spec.PullSecret, spec.MaxDuration
		if d.BuildID == "" && (tagOf(spec.Image) != "" || strings.Contains(spec.Image, "@")) { // that of a build is redacted
			cfg.Image = spec.Image
		}
		if len(spec.EnvFrom) > 0 {
			cfg.SecretSet = spec.EnvFrom[0]
		}
	}
	return cfg
}

// Deploy brings cfg to the agent, which it creates when it is missing, and gives the id of the deployment to wait for
// (see Deployment). noop says that the vendor has all of it already and rolled nothing; where it rolled nothing and has
// something else, the deployment is forced. force rolls in any case, and so do values that this Client has written into
// the secret set: pods that run keep the old ones. A secret set that is still being provisioned is waited for. An open
// failure is read back first: a deployment that appeared is adopted.
func (c *Client) Deploy(ctx context.Context, cfg Config, force bool) (deploymentID string, noop bool, err error) {
	before, found, err := c.get(ctx)
	if err != nil {
		return "", false, err
	}
	if !found {
		body := cfg.body()
		body.Name, body.Region = c.agent, cfg.Region
		return c.send(ctx, order{call: provider.Call{Op: "create the agent " + c.agent, Path: "/v1/agents", JSON: body}, want: cfg})
	}
	return c.update(ctx, before, cfg, cfg.body(), force || len(c.Unrolled(cfg.SecretSet)) > 0)
}

// Restart rolls the agent as it is, so that it reads the values in its secret set again.
func (c *Client) Restart(ctx context.Context) (deploymentID string, err error) {
	before, found, err := c.get(ctx)
	if err == nil && !found {
		err = errors.New("pipecat: restart the agent " + c.agent + ": it does not exist")
	}
	if err != nil {
		return "", err
	}
	id, _, err := c.update(ctx, before, Config{}, deployBody{}, true)
	return id, err
}

func (c *Client) update(ctx context.Context, before agent, cfg Config, body deployBody, force bool) (string, bool, error) {
	if cfg.Region != "" && before.Region != "" && cfg.Region != before.Region {
		return "", false, fmt.Errorf("pipecat: the agent %s is in region %s and cannot move to %s", c.agent, before.Region, cfg.Region)
	}
	body.ForceRestart = force
	o := order{call: provider.Call{Op: "update the agent " + c.agent, Path: c.path(), JSON: body}, before: before.desired(), want: cfg}
	id, noop, err := c.send(ctx, o)
	if err != nil || !noop {
		return id, noop, err
	}
	now, _, err := c.get(ctx)
	if err != nil {
		return "", false, err
	}
	other := cfg.differs(now.config())
	switch {
	case now.desired() != "" && now.desired() != o.before: // the answer to the post was late
		return c.taken(o, now.desired()), false, nil
	case other == "" && !force:
		return id, true, nil
	case !force: // it was taken for what is there already, and is not
		return c.update(ctx, before, cfg, body, true)
	}
	return c.adopt(ctx, o, fmt.Errorf("pipecat: %s: the vendor took it, and rolled nothing%s", o.call.Op, because(other)))
}

// order is one post of a deployment.
type order struct {
	call   provider.Call
	before string // the deployment that it takes the place of
	want   Config
}

// send posts once, except where the vendor says that the secret set is not provisioned yet.
func (c *Client) send(ctx context.Context, o order) (id string, noop bool, err error) {
	o.call.Method = http.MethodPost
	for began := time.Now(); ; {
		answer, err := c.do(ctx, o.call)
		switch {
		case err == nil:
			var a agent
			if err := answer.Into(&a); err != nil || a.desired() == "" {
				return c.adopt(ctx, o, fmt.Errorf("pipecat: %s: the answer names no deployment", o.call.Op))
			}
			return c.taken(o, a.desired()), a.desired() == o.before, nil
		case provider.Ambiguous(err):
			return c.adopt(ctx, o, err)
		case provider.StatusOf(err) != http.StatusConflict || o.want.SecretSet == "" || time.Since(began) >= setWait:
			return "", false, err
		}
		if s, found, readErr := c.Secrets(ctx, o.want.SecretSet); readErr == nil && found && s.Status == SetFailed {
			return "", false, fmt.Errorf("pipecat: %s: the secret set %s failed: %s", o.call.Op, o.want.SecretSet, s.Why)
		}
		if err := pause(ctx, poll); err != nil {
			return "", false, err
		}
	}
}

// adopt looks whether a post that got no clear answer was carried out. open is its error.
func (c *Client) adopt(ctx context.Context, o order, open error) (string, bool, error) {
	for began := time.Now(); ; {
		a, found, err := c.get(ctx)
		if err == nil && found && a.desired() != "" && a.desired() != o.before && o.want.differs(a.config()) == "" {
			return c.taken(o, a.desired()), false, nil
		}
		if ctx.Err() != nil || time.Since(began) >= readBack {
			return "", false, open
		}
		if pause(ctx, poll) != nil {
			return "", false, open
		}
	}
}

// taken keeps what is known of a deployment that the vendor has accepted.
func (c *Client) taken(o order, id string) string {
	if id != o.before {
		c.remember(id, o.before, o.want.Build)
		c.read(o.want.SecretSet)
	}
	return id
}
