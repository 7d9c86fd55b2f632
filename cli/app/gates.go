package app

import (
	"context"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
)

// gateFlags are those of a release that may have gates in front of it.
type gateFlags struct {
	noWait     bool
	breakGlass string
	file       string        // --plan
	saved      *release.Plan // what the file holds
	command    string        // what was typed, as far as it says what is released where: for the next command to type
}

// flags are the flags themselves. A promotion makes its own plan.
func (f *gateFlags) flags(saved bool) []cli.Flag {
	flags := []cli.Flag{
		&cli.BoolFlag{Name: "no-wait", Usage: "do not wait for another environment's release of the same commit", Destination: &f.noWait},
		&cli.StringFlag{Name: "break-glass", Usage: "go past the gates passed, tag and clean, for this `REASON`, which is kept on record", Destination: &f.breakGlass},
	}
	if saved {
		flags = append(flags, &cli.StringFlag{Name: "plan", Usage: "release exactly what `plan --out FILE` has saved in this `FILE`", Destination: &f.file})
	}
	return flags
}

// gated makes the plan and holds it against what the environment requires.
func (a *app) gated(ctx context.Context, w *world, _ releaseFlags) (release.Plan, error) {
	return w.plan(ctx)
}
