package app

import (
	"context"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
)

func (a *app) envPullCommand() *cli.Command {
	return &cli.Command{
		Name:  "pull",
		Usage: "write a values file from what the vendors have",
		Action: noArgs(func(context.Context, *cli.Command) error {
			return &release.Fault{Title: "env pull is being written", Exit: release.ExitBug}
		}),
	}
}
