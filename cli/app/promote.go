package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/gate"
	"readme/cli/release"
	"readme/cli/spec"
)

func (a *app) promoteCommand() *cli.Command {
	var f releaseFlags
	return &cli.Command{
		Name: "promote", Category: "release", ArgsUsage: "FROM TO",
		Usage: "release to one environment the very commit that is green on another",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "approve whatever the plan says", Destination: &f.yes},
			&cli.StringFlag{Name: "approve", Usage: "approve exactly the plan with this `DIGEST`", Destination: &f.approve},
			onFailureFlag(&f.onFailure),
			&cli.BoolFlag{Name: "keep", Usage: "keep the box up after the release, until Ctrl-C", Destination: &f.keep},
		}, f.flags(false)...),
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 2 {
				return usage("promote needs two environments: where the commit is green, and where it shall go", "readme-ops promote dev prod")
			}
			return a.promote(ctx, c.Args().Get(0), c.Args().Get(1), f)
		},
	}
}

// promote finds the commit that is green on one environment, and releases it to another: from the work tree where that is
// the commit, else from a work tree of its own.
func (a *app) promote(ctx context.Context, from, to string, f releaseFlags) error {
	began := time.Now()
	if f.yes && f.approve != "" {
		return usage("--yes and --approve exclude each other", "readme-ops promote --help")
	}
	f.command = "readme-ops promote " + release.ShellWord(from) + " " + release.ShellWord(to)
	if named := a.named(); a.env != "" && named != to {
		return usage("promote "+from+" "+to+" releases to "+to+", and --env says "+named, f.command)
	}
	if err := a.readGateFlags(&f); err != nil {
		return err
	}
	p, err := a.project()
	if err != nil {
		return err
	}
	if err := a.onFailure(p, f); err != nil {
		return err
	}
	if f.onFailure != "" {
		f.command += " --on-failure " + f.onFailure
	}
	source, target, err := a.promotion(p, from, to)
	if err != nil {
		return err
	}
	green, err := a.green(ctx, p, source, target)
	if err != nil {
		return err
	}
	src, err := a.source(ctx, p)
	if err != nil {
		return err
	}
	a.env, f.only = to, green.Commit.String()
	if src.Commit.String() == green.Commit.String() {
		return a.releaseTo(ctx, p, target, f, began)
	}
	then, done, err := a.checkOut(ctx, p, green.Commit)
	if err != nil {
		return err
	}
	defer done()
	if target, err = a.environment(then); err == nil {
		err = a.onFailure(then, f)
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.sys.Err, "promoting %s, which %s brought to %s, from a work tree of its own: yours is at %s\n",
		green.Commit.Short(), green.Name, from, src.Commit.Short())
	return a.releaseTo(ctx, then, target, f, began)
}

// promotion finds the two environments.
func (a *app) promotion(p *project, from, to string) (source, target spec.Environment, err error) {
	for name, e := range map[string]*spec.Environment{from: &source, to: &target} {
		found, ok := p.rel.Environment(name)
		if !ok {
			var names []string
			for _, e := range p.rel.Environments {
				names = append(names, e.Name)
			}
			return source, target, usage(fmt.Sprintf("release.yaml has no environment %q, only %s", name, strings.Join(names, ", ")), "readme-ops promote --help")
		}
		*e = found
	}
	if from == to {
		return source, target, usage("a promotion goes from one environment to another", "readme-ops release --env "+to)
	}
	return source, target, nil
}

// green is the run that brought what is live on an environment, as its record tells. What the box plays is promoted only
// to what the box plays, too.
func (a *app) green(ctx context.Context, p *project, from, to spec.Environment) (gate.Run, error) {
	boxed := to.Box
	if !boxed {
		acc, err := a.realAccess(ctx, p, to)
		if err != nil {
			return gate.Run{}, err
		}
		boxed = acc.emulated
	}
	record, err := a.pastOf(ctx, p, from)
	if err != nil {
		return gate.Run{}, err
	}
	green, ok := record.Green(boxed)
	if !ok {
		return green, &release.Fault{
			Title: "nothing is green on " + from.Name + " that could be promoted to " + to.Name, Detail: "its record has no run that released",
			Evidence: []release.Evidence{{Label: "seen", Lines: record.Tells(boxed)}},
			Try:      "readme-ops release --env " + from.Name, Exit: release.ExitApproval,
		}
	}
	if green.Commit.Dirty != "" {
		return green, &release.Fault{
			Title:    green.Commit.Short() + " is green on " + from.Name + ", and cannot be promoted",
			Detail:   "it was released from a work tree with changes that are in no commit, and nobody can check them out again: commit them, and release the commit to " + from.Name,
			Evidence: []release.Evidence{{Label: "run", Lines: []string{green.Name}}},
			Try:      "readme-ops release --env " + from.Name, Exit: release.ExitApproval,
		}
	}
	return green, nil
}

// strayed refuses a plan of another commit than the one that is promoted: the work tree has changed under it.
func strayed(green string, p release.Plan) error {
	return &release.Fault{
		Title:    "the work tree is no longer the commit that is promoted to " + p.Env,
		Detail:   "it has changed since the promotion began, and nothing was released; a promotion needs no clean work tree, but one that holds still",
		Evidence: []release.Evidence{{Label: "commits", Lines: []string{"promoted " + green, "here     " + p.Commit.String()}}},
		Try:      "git status", Exit: release.ExitApproval,
	}
}
