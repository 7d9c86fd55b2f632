package app

import (
	"context"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
)

func (a *app) envPushCommand() *cli.Command {
	return &cli.Command{
		Name:  "push",
		Usage: "write what is missing or different at the vendors",
		Action: noArgs(func(context.Context, *cli.Command) error {
			return &release.Fault{Title: "env push is being written", Exit: release.ExitBug}
		}),
	}
}
