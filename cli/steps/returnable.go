package steps

import (
	"context"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
)

func (h onRailway) Returnable(ctx context.Context, to provider.Deployment) (string, error) {
	return h.c.Returnable(ctx, h.service, to.ID)
}

func (h onVercel) Returnable(ctx context.Context, to provider.Deployment) (string, error) {
	d, err := h.c.Deployment(ctx, to.ID)
	switch {
	case provider.NotFound(err):
		return "Vercel does not have deployment " + to.ID + " any more", nil
	case err == nil && d.State == provider.Failed:
		return "deployment " + to.ID + " is " + d.Raw + " at Vercel", nil
	}
	return "", err
}

// Returnable asks nobody: the vendor has no list of earlier deployments, and takes an image or a build.
func (h onPipecat) Returnable(_ context.Context, to provider.Deployment) (string, error) {
	was, err := pipecat.Settings(to.Settings)
	if err != nil {
		return "", err
	}
	was.Image, was.Build = to.Image, to.Build
	switch {
	case was.Builds():
		return "neither its image nor its build is on record", nil
	case was.Mutable():
		return was.Image + " may have been pushed over, and what it was before has no other name", nil
	}
	return "", nil
}
