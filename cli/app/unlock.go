package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/spec"
)

func (a *app) unlockCommand() *cli.Command {
	var stale bool
	return &cli.Command{
		Name: "unlock", Category: "release", Usage: "show who holds the lock of an environment, and break it",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "if-stale", Usage: "break it only if its holder is provably gone", Destination: &stale},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.unlock(ctx, stale) }),
	}
}

func (a *app) unlock(ctx context.Context, stale bool) error {
	const patience = 20 * time.Second
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	db, err := a.recordOf(ctx, p, env)
	if err != nil {
		return err
	}
	if db.None() {
		_, _ = fmt.Fprintf(a.sys.Out, "nothing is locked in %s: %s\n", env.Name, noRecord(p, env))
		return nil
	}
	look, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	held, is, err := db.Lease(look)
	if err != nil {
		return err
	}
	if !is {
		_, _ = fmt.Fprintf(a.sys.Out, "nobody holds the lock of %s\n", env.Name)
		return nil
	}
	_, _ = fmt.Fprintf(a.sys.Out, "the lock of %s is held\n  %s\n", env.Name, strings.Join(holderLines(held), "\n  "))
	if err := a.mayBreak(ctx, p, env, held, stale); err != nil {
		return err
	}
	end, done := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer done()
	if err := db.Break(end, held); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.sys.Out, "the lock of %s is free; run %s stops before its next step if it still runs\n", env.Name, held.Run)
	return nil
}

// noRecord says why an environment has no lock.
func noRecord(p *project, env spec.Environment) string {
	if _, up := box.Running(p.home); env.Box && !up {
		return "the box is down"
	}
	return "it has no database, which is where the lock is kept"
}

// mayBreak decides whether the lock that was shown may be broken: at once where its holder is provably gone, else only by a
// person who types the environment's name.
func (a *app) mayBreak(ctx context.Context, p *project, env spec.Environment, held ledger.Holder, stale bool) error {
	switch {
	case ledger.Orphaned(p.runs(), a.holder("").Host)(held):
		_, _ = fmt.Fprintln(a.sys.Out, "its process was on this machine, and is gone")
		return nil
	case stale:
		return &release.Fault{
			Title:  "the lock of " + env.Name + " was left alone: its holder may be alive",
			Detail: "a lease that is not renewed expires within a minute, and then nobody has to break it",
			Try:    "readme-ops unlock --if-stale --env " + release.ShellWord(env.Name), Exit: release.ExitLocked,
		}
	case !a.asks():
		return &release.Fault{
			Title:  "breaking the lock of a release that may be alive needs a person, and there is no terminal to ask in",
			Detail: "nothing was changed",
			Try:    "readme-ops unlock --if-stale --env " + release.ShellWord(env.Name), Exit: release.ExitApproval,
		}
	}
	ok, err := a.confirm(ctx, "Its holder may be alive. Break the lock of "+env.Name+"?", env.Name)
	if err != nil {
		return err
	}
	if !ok {
		return &release.Fault{
			Title: "the lock was left alone", Exit: release.ExitApproval,
			Try: "readme-ops unlock --if-stale --env " + release.ShellWord(env.Name),
		}
	}
	return nil
}
