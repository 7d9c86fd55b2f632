package app

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
	"readme/cli/view"
)

func (a *app) planCommand() *cli.Command {
	var exitCode, offline bool
	var out, base string
	return &cli.Command{
		Name: "plan", Category: "release",
		Usage: "show what a release would do, without doing anything",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "exit-code", Usage: "exit 10 when there is something to do", Destination: &exitCode},
			&cli.StringFlag{Name: "out", Usage: "save the plan in this `FILE`, for release --plan", Destination: &out},
			&cli.BoolFlag{Name: "offline", Usage: "show what the repository alone says of it, without any key, vendor or database", Destination: &offline},
			&cli.StringFlag{Name: "base", Usage: "with --offline: the `COMMIT` or branch that is compared with, such as main", Destination: &base},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error {
			if err := offlineOnly(offline, exitCode || out != "", base); err != nil {
				return err
			}
			if offline {
				return a.offline(ctx, base)
			}
			return a.plan(ctx, exitCode, out)
		}),
	}
}

func (a *app) plan(ctx context.Context, exitCode bool, out string) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	w, err := a.open(ctx, p, env, "plan")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	made, err := a.judged(ctx, w, gateFlags{command: "readme-ops release --env " + env.Name})
	if err != nil {
		return err
	}
	if err := a.showPlan(made); err != nil {
		return err
	}
	if out != "" {
		if err := a.savePlan(ctx, p, made, out); err != nil {
			return err
		}
	}
	if exitCode && changes(made) {
		return exitError(release.ExitChanges)
	}
	return nil
}

// showPlan writes a plan as a result: text, or JSON with --view json.
func (a *app) showPlan(p release.Plan) error {
	a.outcome.Plan = &p
	if a.view == "json" {
		return a.document(p)
	}
	style := a.outStyle()
	_, err := fmt.Fprint(a.sys.Out, view.Plan(p, style), "\n", view.Next(p, style))
	return err
}

func changes(p release.Plan) bool {
	return p.Count(release.ChangeCreate)+p.Count(release.ChangeUpdate) > 0
}

// document writes a result as JSON.
func (a *app) document(v any) error {
	doc, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.sys.Out, "%s\n", view.InertJSON(doc))
	return err
}
