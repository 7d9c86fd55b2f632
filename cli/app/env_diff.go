package app

import (
	"context"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
)

func (a *app) envDiffCommand() *cli.Command {
	return &cli.Command{
		Name:  "diff",
		Usage: "hold the variables at the vendors against the values of an environment",
		Action: noArgs(func(context.Context, *cli.Command) error {
			return &release.Fault{Title: "env diff is being written", Exit: release.ExitBug}
		}),
	}
}
