package app

import (
	"context"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
)

func (a *app) envCheckCommand() *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "find what does not agree: examples, code, values, rules; offline, for CI",
		Action: noArgs(func(context.Context, *cli.Command) error {
			return &release.Fault{Title: "env check is being written", Exit: release.ExitBug}
		}),
	}
}
