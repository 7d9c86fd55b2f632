package app

import (
	"context"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
)

func (a *app) smokeCommand() *cli.Command {
	return &cli.Command{
		Name: "smoke", Category: "proof", Usage: "run the smoke checks against what is live, and deploy nothing",
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.smoke(ctx) }),
	}
}

// smoke runs the checks of the plan and none of its changes, as a run of its own in the history.
func (a *app) smoke(ctx context.Context) error {
	began := time.Now()
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	w, err := a.open(ctx, p, env, "smoke")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	made, err := w.smokePlan(ctx)
	if err != nil {
		return err
	}
	approved := release.Approved{By: a.sys.who(), How: "smoke", Digest: made.Digest}
	state, err := a.run(ctx, w, job{run: newRun(made, began), plan: made, approved: approved})
	if err != nil {
		return err
	}
	return exitOf(state)
}
