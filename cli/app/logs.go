package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

func (a *app) logsCommand() *cli.Command {
	var build bool
	var deployment string
	return &cli.Command{
		Name: "logs", Category: "proof", Usage: "print what a service has logged", ArgsUsage: "SERVICE",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "build", Usage: "the log of its build instead", Destination: &build},
			&cli.StringFlag{Name: "deployment", Usage: "of the deployment with this `ID`, not of the live one", Destination: &deployment},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 1 {
				return usage("logs needs the name of one service", "readme-ops logs api")
			}
			return a.logs(ctx, c.Args().First(), deployment, build)
		},
	}
}

func (a *app) logs(ctx context.Context, service, deployment string, build bool) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environmentOrBox(p)
	if err != nil {
		return err
	}
	if _, ok := p.rel.Service(service); !ok {
		var names []string
		for _, d := range p.rel.Deploy {
			names = append(names, d.Name)
		}
		return usage(fmt.Sprintf("there is no service %q, only %s", service, strings.Join(names, ", ")), "readme-ops logs "+names[0])
	}
	w, err := a.open(ctx, p, env, "logs")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	host := w.steps.Hosts[service]
	logs, ok := host.(steps.Logs)
	if !ok {
		return usage("the host of "+service+" gives no logs", "readme-ops status")
	}
	if deployment == "" {
		if deployment, err = a.deploymentOf(ctx, w, service); err != nil {
			return err
		}
	}
	var lines []provider.LogLine
	if !build {
		lines, err = logs.Logs(ctx, deployment, time.Time{}, "")
		if build = err == nil && len(lines) == 0; build { // it never ran, so its build says why
			_, _ = fmt.Fprintln(a.sys.Err, service+" has logged nothing; this is the log of its build")
		}
	}
	if build {
		lines, err = logs.BuildLogs(ctx, deployment)
	}
	if err != nil {
		return err
	}
	for _, l := range lines {
		_, _ = fmt.Fprintln(a.results(), strings.TrimSpace(l.At.Local().Format("15:04:05.000")+" "+l.Severity+" "+release.Printable(l.Text)+attributes(l)))
	}
	return nil
}

// deploymentOf is the deployment whose log a person means: what is live, or what the last release brought.
func (a *app) deploymentOf(ctx context.Context, w *world, service string) (string, error) {
	live, err := w.steps.Hosts[service].Live(ctx)
	if err != nil {
		return "", err
	}
	id := live.ID
	if id == "" {
		id = a.lastBrought(ctx, w, service)
	}
	if id == "" {
		return "", &release.Fault{
			Title: "nothing of " + service + " is live in " + w.env.Name, Exit: release.ExitStepFailed,
			Try: "readme-ops release --env " + w.env.Name,
		}
	}
	return id, nil
}

// lastBrought is the deployment that the last release made of a service of which nothing is live: a failed one, or one
// that was put back.
func (a *app) lastBrought(ctx context.Context, w *world, service string) string {
	last, err := w.records().brought(ctx, w.env.Name)
	if err != nil || last == nil {
		return ""
	}
	id := steps.Brought(last.State.Step(service))
	if id != "" {
		_, _ = fmt.Fprintf(a.sys.Err, "nothing of %s is live; this is what the last release brought: %s\n", service, id)
	}
	return id
}

func attributes(l provider.LogLine) string {
	var b strings.Builder
	for _, k := range sortedKeys(l.Attributes) {
		b.WriteString(" " + k + "=" + release.Printable(l.Attributes[k]))
	}
	return b.String()
}
