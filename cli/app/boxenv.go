package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

func (a *app) boxEnvCommand() *cli.Command {
	return &cli.Command{
		Name: "env", Usage: "print the values with which an environment is released to the running box: box env NAME >.env.NAME",
		Action: func(ctx context.Context, c *cli.Command) error { return a.boxEnv(ctx, c.Args().Slice()) },
	}
}

// boxEnv prints what stands in a values file when the box plays the vendors of a pinned environment.
func (a *app) boxEnv(ctx context.Context, words []string) error {
	if len(words) == 0 && a.env != "" {
		words = []string{a.env}
	}
	if len(words) != 1 {
		return usage("box env needs the name of one environment", "readme-ops box env --help")
	}
	info, err := a.runningBox()
	if err != nil {
		return err
	}
	values, err := info.Account(ctx, words[0])
	if err != nil {
		return usage(err.Error(), "readme-ops box env --help")
	}
	_, _ = fmt.Fprintf(a.sys.Out, "# %s, released to the box on this machine: while `readme-ops box up` runs, these stand in for its accounts.\n", words[0])
	for _, name := range slices.Sorted(maps.Keys(values)) {
		_, _ = fmt.Fprintf(a.sys.Out, "%s=%s\n", name, quoteValue(values[name]))
	}
	return nil
}

// quoteValue writes a value so that a .env file and a shell read it alike.
func quoteValue(v string) string {
	if strings.ContainsAny(v, " #'\"$\\`&;|<>()?*!") {
		return "'" + v + "'" // what the box draws holds no quote
	}
	return v
}
