package app

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/engine"
	"readme/cli/gate"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/tui"
	"readme/cli/view"
)

type releaseFlags struct {
	yes       bool
	approve   string
	keep      bool
	onFailure string
	gateFlags
}

func (a *app) releaseCommand() *cli.Command {
	var f releaseFlags
	return &cli.Command{
		Name: "release", Category: "release",
		Usage: "make the plan, run it, and call it released only when the smoke checks pass",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "approve whatever the plan says", Destination: &f.yes},
			&cli.StringFlag{Name: "approve", Usage: "approve exactly the plan with this `DIGEST`", Destination: &f.approve},
			onFailureFlag(&f.onFailure),
			&cli.BoolFlag{Name: "keep", Usage: "keep the box up after the release, until Ctrl-C", Destination: &f.keep},
		}, f.flags(true)...),
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.release(ctx, f) }),
	}
}

func (a *app) release(ctx context.Context, f releaseFlags) error {
	began := time.Now()
	if f.yes && f.approve != "" {
		return usage("--yes and --approve exclude each other", "readme-ops release --help")
	}
	p, err := a.project()
	if err != nil {
		return err
	}
	if err := a.readGateFlags(&f); err != nil {
		return err
	}
	if err := a.onFailure(p, f); err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	f.command = "readme-ops release --env " + env.Name
	if f.onFailure != "" {
		f.command += " --on-failure " + f.onFailure
	}
	return a.releaseTo(ctx, p, env, f, began)
}

// releaseTo releases what the project's folder holds, which need not be where a person stands.
func (a *app) releaseTo(ctx context.Context, p *project, env spec.Environment, f releaseFlags, began time.Time) (err error) {
	unlock := func() {}
	if env.Box {
		if unlock, err = box.LockRelease(p.home); err != nil {
			return err
		}
		defer unlock()
	}
	w, err := a.open(ctx, p, env, "release")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	state, err := a.releaseOrResume(ctx, w, f, began)
	if err != nil {
		return err
	}
	if state.Exit() == release.ExitDone && w.box != nil {
		unlock() // the release is over: while the box stays up, another one may join it
		a.stay(ctx, w, f.keep)
	}
	return exitOf(state)
}

// exitOf ends a command as its run has ended.
func exitOf(state *release.State) error {
	if code := state.Exit(); code != release.ExitDone {
		return exitError(code)
	}
	return nil
}

// releaseOrResume goes on with an unfinished run of the same commit, and else makes a plan, asks, and runs it.
func (a *app) releaseOrResume(ctx context.Context, w *world, f releaseFlags, began time.Time) (*release.State, error) {
	left, err := w.unfinished(ctx, "")
	if err != nil {
		return nil, err
	}
	if left != nil && (f.only == "" || left.State.Plan.Commit.String() == f.only) && w.continues(ctx, left.State, f) {
		return a.goOn(ctx, w, left.Run)
	}
	made, err := a.gated(ctx, w, f)
	if err != nil {
		return nil, err
	}
	if without := withoutInCI(a, made); without != nil {
		return nil, without
	}
	approved, err := a.approve(ctx, w.env, made, f)
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
	closed, err := a.supersede(ctx, w, lease, run)
	if err != nil {
		return nil, err
	}
	if made, approved, err = a.reread(ctx, w, agreement{made, approved, closed}, f); err != nil {
		return nil, err
	}
	made.Gates = gate.Approve(made.Gates, approved.How)
	return a.run(ctx, w, job{run: run, plan: made, approved: approved, lease: lease})
}

// shower chooses the view: a live one in a terminal, lines elsewhere. end takes it down before the report is printed.
func (a *app) shower() (engine.Sink, func()) {
	switch a.viewName() {
	case "json":
		return view.NewJSON(a.sys.Out), func() {}
	case "github":
		if len(a.flows) > 0 {
			return view.NewGitHub(a.flows[0], a.style()), func() {}
		}
	case "tui":
		style := a.style()
		live := tui.Start(a.sys.In, a.sys.ErrFile, tui.Options{
			Color: style.Color, ASCII: style.ASCII, Environ: a.sys.Environ,
			Cancel: func() { a.cancel(engine.Signal("interrupt")) },
			Leave:  func() { a.leave(release.ExitInterrupted) },
		})
		return live, live.Stop
	}
	return view.NewPlain(a.sys.Err, a.style()), func() {}
}

// viewName is --view, or chosen: the live view only where a person can see it and type.
func (a *app) viewName() string {
	if a.view != "" {
		return a.view
	}
	if a.sys.onGitHub() {
		return "github"
	}
	if _, ci := a.sys.Lookup("CI"); !ci && a.sys.InTTY && a.sys.ErrTTY && a.sys.Get("TERM") != "dumb" {
		return "tui"
	}
	return "plain"
}

// withoutInCI refuses to call a release whole in CI that leaves a service out because a tool is missing.
func withoutInCI(a *app, p release.Plan) error {
	if _, ci := a.sys.Lookup("CI"); !ci {
		return nil
	}
	for _, s := range p.Steps {
		if s.Kind == release.KindDeploy && s.Change == release.ChangeSkip {
			return &release.Fault{
				Title: s.ID + " cannot be released here: " + s.Why, Detail: "CI is set, where nothing may be left out",
				Exit: release.ExitStepFailed, Try: "readme-ops doctor",
			}
		}
	}
	return nil
}

// stay keeps the box up: until Ctrl-C with --keep, until a key in a terminal, not at all elsewhere.
func (a *app) stay(ctx context.Context, w *world, keep bool) {
	terminal := a.sys.InTTY && a.viewName() == "tui"
	if !keep && !terminal {
		return
	}
	if err := w.box.Share(); err != nil {
		_, _ = fmt.Fprintln(a.sys.Err, "the box stays up, but others cannot join it: "+err.Error())
	}
	if keep {
		_, _ = fmt.Fprintln(a.sys.Err, "the box stays up; Ctrl-C takes it down")
		<-ctx.Done()
		return
	}
	_, _ = fmt.Fprintln(a.sys.Err, "the box is up; press a key to take it down")
	tui.WaitForKey(ctx, a.sys.In)
	if busy, at := box.Releasing(w.project.home); at {
		_, _ = fmt.Fprintf(a.sys.Err, "%s has joined the box, which goes down when that is over; Ctrl-C takes it down at once\n", busy)
	}
	const look = 200 * time.Millisecond
	for _, at := box.Releasing(w.project.home); at && ctx.Err() == nil; _, at = box.Releasing(w.project.home) {
		select {
		case <-ctx.Done():
		case <-time.After(look):
		}
	}
}
