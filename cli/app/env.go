package app

import "github.com/urfave/cli/v3"

// envCommand is the group of commands about variables. Each has a file of its own: env_check.go, env_fix.go ...
func (a *app) envCommand() *cli.Command {
	return &cli.Command{
		Name: "env", Category: "environment",
		Usage:    "hold the variables of every service against envmatrix.yaml, and bring them to the vendors",
		Commands: []*cli.Command{a.envCheckCommand(), a.envFixCommand(), a.envDiffCommand(), a.envPushCommand(), a.envPullCommand()},
		Action:   a.group("env", nil),
	}
}
