package pipecat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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

// Deployment says where the deployment with this id stands: Building until the operator has picked it up and its own
// revision is ready, whatever the answer says about the revision before; Superseded as soon as another one was asked
// for. Signs that may pass (an image pull that is refused) count as Failed when they stay for a minute or two, which
// this Client measures between its own calls.
func (c *Client) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	a, found, err := c.get(ctx)
	if err != nil {
		return provider.Deployment{}, err
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
	if a.KrispViva != nil {
		cfg.AudioFilter = a.KrispViva.AudioFilter
	}
	if d := a.Deployment; d != nil {
		spec := d.Manifest.Spec
		cfg.Build, cfg.ImageCredentials, cfg.MaxSession = d.BuildID, spec.PullSecret, spec.MaxDuration
		if d.BuildID == "" {
			cfg.Image = spec.Image
		}
		if len(spec.EnvFrom) > 0 {
			cfg.SecretSet = spec.EnvFrom[0]
		}
	}
	return cfg
}

// Deploy brings cfg to the agent, which it creates when it is missing, and gives the id of the deployment to wait for
// (see Deployment). noop says that the vendor took it for what it already has and rolled nothing: the same image tag
// (even if pushed again), other values in the same secret set, other scaling alone. force rolls in any case. A secret
// set that is still being provisioned is waited for. An open failure is read back first: a deployment that appeared is
// adopted.
func (c *Client) Deploy(ctx context.Context, cfg Config, force bool) (deploymentID string, noop bool, err error) {
	before, found, err := c.get(ctx)
	if err != nil {
		return "", false, err
	}
	if !found {
		body := cfg.body()
		body.Name, body.Region = c.agent, cfg.Region
		return c.send(ctx, provider.Call{Op: "create the agent " + c.agent, Path: "/v1/agents", JSON: body}, "", cfg.SecretSet)
	}
	return c.update(ctx, before, cfg, force)
}

// Restore puts back what was deployed before, by the image or build id in was (and whatever else of it is set). There
// is no such call at the vendor: it is an update, and never creates the agent.
func (c *Client) Restore(ctx context.Context, was Config) (deploymentID string, noop bool, err error) {
	if was.Image == "" && was.Build == "" {
		return "", false, errors.New("pipecat: put back the agent " + c.agent + ": neither its image nor its build is on record")
	}
	before, found, err := c.get(ctx)
	if err != nil {
		return "", false, err
	}
	if !found {
		return "", false, errors.New("pipecat: put back the agent " + c.agent + ": it does not exist any more")
	}
	return c.update(ctx, before, was, false)
}

func (c *Client) update(ctx context.Context, before agent, cfg Config, force bool) (string, bool, error) {
	if cfg.Region != "" && before.Region != "" && cfg.Region != before.Region {
		return "", false, fmt.Errorf("pipecat: the agent %s is in region %s and cannot move to %s", c.agent, before.Region, cfg.Region)
	}
	body := cfg.body()
	body.ForceRestart = force
	return c.send(ctx, provider.Call{Op: "update the agent " + c.agent, Path: c.path(), JSON: body}, before.desired(), cfg.SecretSet)
}

// send posts once, except where the vendor says that the secret set is not provisioned yet.
func (c *Client) send(ctx context.Context, call provider.Call, before, set string) (string, bool, error) {
	call.Method = http.MethodPost
	for began := time.Now(); ; {
		answer, err := c.door.Do(ctx, call)
		switch {
		case err == nil:
			var a agent
			if err := answer.Into(&a); err != nil || a.desired() == "" {
				return c.adopt(ctx, before, fmt.Errorf("pipecat: %s: the answer names no deployment", call.Op))
			}
			return a.desired(), a.desired() == before, nil
		case provider.Ambiguous(err):
			return c.adopt(ctx, before, err)
		case provider.StatusOf(err) != http.StatusConflict || set == "" || time.Since(began) >= setWait:
			return "", false, err
		}
		if s, found, readErr := c.Secrets(ctx, set); readErr == nil && found && s.Status == SetFailed {
			return "", false, fmt.Errorf("pipecat: %s: the secret set %s failed: %s", call.Op, set, s.Why)
		}
		if err := pause(ctx, poll); err != nil {
			return "", false, err
		}
	}
}

// adopt looks whether a post that got no clear answer was carried out. open is its error.
func (c *Client) adopt(ctx context.Context, before string, open error) (string, bool, error) {
	for began := time.Now(); ; {
		a, found, err := c.get(ctx)
		if err == nil && found && a.desired() != "" && a.desired() != before {
			return a.desired(), false, nil
		}
		if ctx.Err() != nil || time.Since(began) >= readBack {
			return "", false, open
		}
		if pause(ctx, poll) != nil {
			return "", false, open
		}
	}
}
