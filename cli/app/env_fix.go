package app

import (
	"context"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
)

func (a *app) envFixCommand() *cli.Command {
	return &cli.Command{
		Name:  "fix",
		Usage: "write the env.example files and docs/release-env-matrix.md from envmatrix.yaml",
		Action: noArgs(func(context.Context, *cli.Command) error {
			return &release.Fault{Title: "env fix is being written", Exit: release.ExitBug}
		}),
	}
}
