package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/release"
)

// coldStart is how long a session may wait for an agent where none is kept warm.
const coldStart = time.Minute

// Missing names the agent, which its first deploy makes, and its secret set.
func (h onPipecat) Missing(ctx context.Context) ([]string, error) {
	var out []string
	agent, found, err := h.c.Agent(ctx)
	if err != nil {
		return nil, err
	}
	if !found {
		out = append(out, "agent "+h.c.Name())
	}
	name := h.Config.SecretSet
	if name == "" {
		return out, nil
	}
	set, there, err := h.c.Secrets(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case !there:
		out = append(out, "secret set "+name)
	case agent.Region != "" && set.Region != "" && set.Region != agent.Region:
		return nil, &release.Fault{
			Title:  fmt.Sprintf("the secret set %s is in region %s, and the agent %s in %s", name, set.Region, h.c.Name(), agent.Region),
			Detail: "neither can move: name another set in pcc-deploy.toml, and the next release makes it where the agent is",
			Try:    "readme-ops doctor", Exit: release.ExitInvalid,
		}
	}
	return out, nil
}

// Make makes the secret set. Keys that a set has already are left alone: somebody else has set them.
func (h onPipecat) Make(ctx context.Context, n New) error {
	name := h.Config.SecretSet
	if name == "" {
		return nil
	}
	set, found, err := h.c.Secrets(ctx, name)
	if err != nil {
		return err
	}
	values := map[string]release.Secret{}
	for key, v := range n.Variables {
		if !slices.Contains(set.Keys, key) && !v.Empty() {
			values[key] = v
		}
	}
	if !found && len(values) == 0 {
		values[pipecat.MadeBy] = release.NewSecret("readme-ops")
	}
	return h.c.PutSecrets(ctx, name, values)
}

// Warnings tells of a tag that may mean anything, and of checks that would not outlast a cold start.
func (h onPipecat) Warnings(context.Context) ([]string, error) {
	var out []string
	if h.Config.Mutable() {
		out = append(out, h.Config.Image+" may be pushed again, so every release deploys it, and none can put it back: name a tag that is pushed once in pcc-deploy.toml")
	}
	cold := h.Config.MinAgents == nil || *h.Config.MinAgents == 0
	if cold && h.Within > 0 && h.Within < coldStart {
		out = append(out, fmt.Sprintf("no agent is kept warm, and a check gives a session %s, while a cold start can take a minute: "+
			"set within: 90s for the check in release.yaml, or min_agents = 1 in pcc-deploy.toml", h.Within))
	}
	return out, nil
}

// Examine looks at the key, the agent and its secret set.
func (h onPipecat) Examine(ctx context.Context) []provider.Finding {
	return h.c.Examine(ctx, h.Config.SecretSet, h.Config.Region)
}
