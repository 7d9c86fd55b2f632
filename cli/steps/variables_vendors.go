package steps

import (
	"context"

	"readme/cli/provider"
)

// SetVariables writes them by one call. A *railway.StartedError says that they are written and read back, and that Railway
// has started a deployment of what is live with them against our word.
func (h onRailway) SetVariables(ctx context.Context, vars []provider.NewVariable) error {
	return h.c.WriteVariables(ctx, h.service, vars)
}

// SetVariables writes the new ones by one call, and those that exist one after the other: Vercel has no other way.
func (h onVercel) SetVariables(ctx context.Context, vars []provider.NewVariable) error {
	return h.c.WriteVariables(ctx, vars)
}

// SetVariables writes the bot's secret set by one call, and returns when it is provisioned. Agents that run keep the old
// values until the next deployment that is forced, or a restart.
func (h onPipecat) SetVariables(ctx context.Context, vars []provider.NewVariable) error {
	return h.c.WriteVariables(ctx, h.Config.SecretSet, vars)
}

func (h onRailway) Outdated(ctx context.Context, live provider.Deployment) ([]string, error) {
	return h.c.Outdated(ctx, h.service, live)
}

func (h onVercel) Outdated(ctx context.Context, live provider.Deployment) ([]string, error) {
	return h.c.Outdated(ctx, live)
}

// Outdated names what this process has written since the agents began: the vendor itself tells neither when a key was
// written nor with which values an agent runs.
func (h onPipecat) Outdated(context.Context, provider.Deployment) ([]string, error) {
	return h.c.Unrolled(h.Config.SecretSet), nil
}
