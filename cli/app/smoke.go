package app

import (
	"cmp"
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
	state, err := a.run(ctx, w, job{run: release.NewRun(began, made.Digest), plan: made, approved: approved})
	if err != nil {
		return err
	}
	if proved(state) == 0 && len(p.rel.Smoke) > 0 { // checks that could not run have passed nothing
		return cmp.Or(exitOf(state), error(exitError(release.ExitSmokeFailed)))
	}
	return exitOf(state)
}

// proved is how many checks have passed.
func proved(s *release.State) int {
	n := 0
	for _, st := range s.Steps {
		if st.Step.Kind == release.KindCheck && st.Status == release.Done {
			n++
		}
	}
	return n
}
