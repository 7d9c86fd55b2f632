package app

import (
	"context"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/ledger"
	"readme/cli/release"
)

func (a *app) resumeCommand() *cli.Command {
	return &cli.Command{
		Name: "resume", Category: "release", Usage: "continue a release that was cut off or paused", ArgsUsage: "[RUN]",
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() > 1 {
				return usage("resume takes the name of one run at most", "readme-ops resume --help")
			}
			run := c.Args().First()
			if run != "" && !release.ValidRun(run) {
				return usage(run+" is no name of a run", "readme-ops history")
			}
			return a.resume(ctx, run)
		},
	}
}

func (a *app) resume(ctx context.Context, run string) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	p, done, err := a.asBegun(ctx, p, env)
	if err != nil {
		return err
	}
	defer done()
	if env, err = a.environment(p); err != nil {
		return err
	}
	if env.Box {
		unlock, err := box.LockRelease(p.home)
		if err != nil {
			return err
		}
		defer unlock()
	}
	w, err := a.open(ctx, p, env, "resume")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	left, err := w.unfinished(ctx, run)
	if err != nil {
		return err
	}
	if left == nil {
		return usage("there is no unfinished run in "+env.Name, "readme-ops history --env "+release.ShellWord(env.Name))
	}
	lease, err := w.lockToResume(ctx, left.Run)
	if err != nil {
		return err
	}
	state, err := a.resumeRun(ctx, w, left.Run, lease)
	if err != nil {
		return err
	}
	return exitOf(state)
}

// goOn continues a run of which the same was asked for anew. It does not wait for a lock that somebody else holds.
func (a *app) goOn(ctx context.Context, w *world, run string) (*release.State, error) {
	lease, err := w.lockOrFault(ctx, run)
	if err != nil {
		return nil, err
	}
	a.say("run %s is the same and was not finished: it is continued", run)
	return a.resumeRun(ctx, w, run, lease)
}

// resumeRun reads the record again, now that nobody else can write it, and lets the engine go on with the recorded plan. It gives
// the lock back.
func (a *app) resumeRun(ctx context.Context, w *world, run string, lease *ledger.Lease) (*release.State, error) {
	defer unlock(ctx, lease)
	journal, events, err := w.reopen(ctx, run)
	if err != nil {
		return nil, err
	}
	src, _ := a.source(ctx, w.project) // without it nothing is packed again
	state := release.Fold(events)
	switch services := w.lacks(ctx, state, src); {
	case !state.Resumable():
		err = usage("run "+run+" has ended meanwhile", "readme-ops show "+run)
	case !state.Approved:
		err = usage("run "+run+" was cut off before it was approved, so there is nothing to continue", "readme-ops release --env "+release.ShellWord(w.env.Name))
	case len(services) > 0:
		err = lacking(w, state, services)
	default:
		err = w.disagrees(state)
	}
	if err != nil {
		_ = journal.Close()
		return nil, err
	}
	approved := release.Approved{By: a.sys.who(), How: "resume", Digest: state.Plan.Digest} // it is on record that it was
	return a.run(ctx, w, job{run: run, plan: state.Plan, approved: approved, lease: lease, journal: journal, events: events})
}
