package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/gate"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
	"readme/cli/view"
)

type pushFlags struct {
	services             []string
	unknown, yes, dryRun bool
}

func (a *app) envPushCommand() *cli.Command {
	var f pushFlags
	return &cli.Command{
		Name:  "push",
		Usage: "write what is missing or different at the vendors; what runs keeps the old values until a release",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "service", Usage: "only of this `SERVICE`, as release.yaml names it", Destination: &f.services},
			&cli.BoolFlag{Name: "unknown", Usage: "also write what the vendor shows to nobody, and readme-ops has not pushed", Destination: &f.unknown},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "write whatever the plan says", Destination: &f.yes},
			&cli.BoolFlag{Name: "dry-run", Usage: "only show what would be written", Destination: &f.dryRun},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.envPush(ctx, f) }),
	}
}

func (a *app) envPush(ctx context.Context, f pushFlags) error {
	began := time.Now()
	p, err := a.project()
	if err != nil {
		return err
	}
	e, err := a.environment(p)
	if err != nil {
		return err
	}
	if err := f.check(a, p); err != nil {
		return err
	}
	if e.Box && !f.dryRun {
		unlock, err := box.LockRelease(p.home)
		if err != nil {
			return err
		}
		defer unlock()
	}
	w, err := a.open(ctx, p, e, "env push")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	if f.dryRun {
		made, err := w.pushPlan(ctx, f)
		if err != nil {
			return err
		}
		return a.showPush(w, f, made)
	}
	state, err := a.push(ctx, w, f, began)
	if err != nil || state == nil {
		return err
	}
	return exitOf(state)
}

// showPush prints what would be written, and the command that writes just that.
func (a *app) showPush(w *world, f pushFlags, p release.Plan) error {
	if a.view == "json" {
		return a.showPlan(p)
	}
	a.outcome.Plan = &p
	style := a.outStyle()
	_, err := fmt.Fprint(a.sys.Out, view.Plan(p, style), "\n", view.NextBy(p, f.command(w.env)+" --yes", style))
	return err
}

func (f pushFlags) check(a *app, p *project) error {
	if f.yes && f.dryRun {
		return usage("--yes and --dry-run exclude each other", "readme-ops env push --help")
	}
	var names []string
	for _, d := range p.rel.Deploy {
		names = append(names, d.Name)
	}
	for _, s := range f.services {
		if !slices.Contains(names, s) {
			return usage(fmt.Sprintf("release.yaml deploys no %q, only %s", s, strings.Join(names, ", ")), a.again("--service", names[0]))
		}
	}
	return nil
}

// push makes the plan, asks, takes the lock, holds the plan against the world once more, and runs it. Without anything to write the
// state is nil.
func (a *app) push(ctx context.Context, w *world, f pushFlags, began time.Time) (*release.State, error) {
	if err := w.quiet(ctx); err != nil {
		return nil, err
	}
	made, err := w.pushPlan(ctx, f)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(made.Steps, release.Step.Runs) {
		return nil, a.showPush(w, f, made)
	}
	approved, err := a.approvePush(ctx, w.env, made, f)
	if err != nil {
		a.denied(w.project, made, began, err)
		return nil, err
	}
	run := release.NewRun(began, made.Digest)
	lease, err := w.lockOrFault(ctx, run)
	if err != nil {
		return nil, err
	}
	defer unlock(ctx, lease)
	if err := w.quiet(ctx); err != nil {
		return nil, err
	}
	if _, err := a.supersede(ctx, w, lease, run); err != nil {
		return nil, err
	}
	now, err := w.pushPlan(ctx, f)
	if err != nil {
		return nil, err
	}
	if now.Digest != made.Digest {
		return nil, moved(made, now, f.command(w.env))
	}
	return a.run(ctx, w, job{run: run, plan: made, approved: approved, lease: lease})
}

// quiet refuses to write beside a release that was not finished: it would be closed by that, and could not be continued any more. One
// that only wrote variables is closed, and its variables are written by this one.
func (w *world) quiet(ctx context.Context) error {
	left, err := w.unfinished(ctx, "")
	if err != nil || left == nil || left.State.Plan.Purpose == release.Variables {
		return err
	}
	return &release.Fault{
		Title:  "run " + left.Run + " of " + w.env.Name + " was not finished",
		Detail: "nothing was written: continue it, or begin another release, which closes it and writes the variables too",
		Try:    "readme-ops resume --env " + release.ShellWord(w.env.Name), Exit: release.ExitNotPutBack,
	}
}

// pushPlan reads what the vendors have, and plans what is written of it.
func (w *world) pushPlan(ctx context.Context, f pushFlags) (release.Plan, error) {
	src, err := w.app.source(ctx, w.project)
	if err != nil {
		return release.Plan{}, err
	}
	defer w.app.slowly(w.vendors())()
	facts, err := steps.ReadPush(ctx, w.steps, steps.Question{
		Release: w.project.rel, Matrix: w.project.matrix, Env: w.env, Box: w.boxed, Subject: w.subject(ctx, src), Without: w.without, Outputs: w.outputs,
	}, f.services, f.unknown)
	if err != nil {
		return release.Plan{}, err
	}
	facts.Targets, facts.Notes = w.targets, w.notes
	return plan.Variables(w.project.rel, w.env, facts), nil
}

// approvePush shows what would be written and asks. Also a box is asked about: nothing else is done than what is shown.
func (a *app) approvePush(ctx context.Context, e spec.Environment, p release.Plan, f pushFlags) (release.Approved, error) {
	a.outcome.Plan = &p
	if a.viewName() != "json" {
		_, _ = fmt.Fprint(a.sys.Err, view.Plan(p, a.style()))
	}
	yes := func(how string) (release.Approved, error) {
		return release.Approved{By: a.sys.who(), How: how, Digest: p.Digest}, nil
	}
	switch {
	case f.yes:
		return yes(gate.ByFlag)
	case !a.asks():
		return release.Approved{}, &release.Fault{
			Title: "nobody approved the write, and there is no terminal to ask in", Detail: "nothing was changed",
			Try: f.command(e) + " --yes", Exit: release.ExitApproval,
		}
	}
	name := ""
	if gate.Stand(e.Requires) {
		name = e.Name
	}
	ok, err := a.confirm(ctx, fmt.Sprintf("Write this to the vendors of %s?", e.Name), name)
	switch {
	case err != nil:
		return release.Approved{}, err
	case !ok:
		return release.Approved{}, &release.Fault{
			Title: "not approved, nothing was changed", Try: "readme-ops env diff --env " + release.ShellWord(e.Name), Exit: release.ExitApproval, Cause: errDenied,
		}
	}
	return yes(gate.ByTerminal)
}

// command is the push as it can be typed again.
func (f pushFlags) command(e spec.Environment) string {
	words := []string{"readme-ops env push --env", release.ShellWord(e.Name)}
	for _, s := range f.services {
		words = append(words, "--service", release.ShellWord(s))
	}
	if f.unknown {
		words = append(words, "--unknown")
	}
	return strings.Join(words, " ")
}
