package steps

import (
	"context"
	"encoding/json"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
)

// Unlike tells which settings of a service a vendor keeps otherwise than the order asks for, beside what is deployed.
type Unlike interface {
	Unlike(ctx context.Context, o Order) ([]provider.Setting, error)
}

func (h onRailway) Unlike(ctx context.Context, o Order) ([]provider.Setting, error) {
	return h.c.Unlike(ctx, h.service, settingsFor(o))
}

func (h onVercel) Unlike(ctx context.Context, _ Order) ([]provider.Setting, error) {
	return h.c.Unlike(ctx)
}

func (h onPipecat) Unlike(ctx context.Context, o Order) ([]provider.Setting, error) {
	var want pipecat.Config
	if err := json.Unmarshal(o.Config, &want); err != nil {
		return nil, err
	}
	has, found, err := h.c.Agent(ctx)
	if err != nil || !found {
		return nil, err
	}
	return want.Unlike(has), nil
}
