package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/engine"
	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
	"readme/cli/tui"
	"readme/cli/view"
)

type releaseFlags struct {
	yes     bool
	approve string
	keep    bool
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
	if err := a.readSaved(&f); err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	f.command = "readme-ops release --env " + env.Name
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
	made, err := a.gated(ctx, w, f)
	if err != nil {
		return err
	}
	if without := withoutInCI(a, made); without != nil {
		return without
	}
	approved, err := a.approve(ctx, env, made, f)
	if err != nil {
		return err
	}
	if approved.How != "box" { // a person took their time: look again before anything moves
		if err := w.unmoved(ctx, made); err != nil {
			return err
		}
	}
	state, err := a.run(ctx, w, made, approved, began)
	if err != nil {
		return err
	}
	if state.Exit() == release.ExitDone && w.box != nil {
		unlock() // the release is over: while the box stays up, another one may join it
		a.stay(ctx, w, f.keep)
	}
	if code := state.Exit(); code != release.ExitDone {
		return exitError(code)
	}
	return nil
}

// run gives the plan to the engine and shows its events. The ledger is the first to get them.
func (a *app) run(ctx context.Context, w *world, p release.Plan, approved release.Approved, began time.Time) (*release.State, error) {
	actions, err := steps.Actions(w.steps, p)
	if err != nil {
		return nil, err
	}
	run := release.NewRun(began, p.Digest)
	journal, err := ledger.Create(w.project.runs(), run)
	if err != nil {
		return nil, onDisk("begin the record of the run", w.project.runs(), err)
	}
	defer func() { _ = journal.Close() }()

	told := w.tellBreakGlass(ctx, p, approved, "")
	defer told()
	shown, end := a.shower()
	state, err := engine.Run(ctx, p, actions, engine.Options{
		Run: run, By: a.sys.who(), Program: version(), Approved: approved, Reason: w.reason,
		Sinks: []engine.Sink{journal, shown},
	})
	end()
	if state != nil && len(state.Plan.Steps) > 0 && a.viewName() != "json" {
		_, _ = fmt.Fprint(a.sys.Err, view.Report(state, a.style()))
		_, _ = fmt.Fprintln(a.sys.Out, state.LastLine())
	}
	w.tellEnd(ctx, state)
	if err != nil {
		return state, unrecorded(w.project, state, run, err)
	}
	return state, nil
}

// unrecorded is the end of a run whose record could not be written any more: nothing happens that is not on record, so
// it was broken off where it was.
func unrecorded(p *project, state *release.State, run string, err error) error {
	f := release.DiskFault("write the record", p.runs(), err)
	if f == nil {
		return err
	}
	if state == nil || len(state.Plan.Steps) == 0 {
		f.Detail += "; nothing was changed"
		return f
	}
	f.Title += ", and the release was broken off"
	f.Detail += "; nothing was put back, because that could not be recorded either"
	f.Evidence = []release.Evidence{{Label: "what it had done", Lines: []string{"readme-ops show " + run}}}
	f.Exit = release.ExitNotPutBack
	return f
}

// onDisk gives an error of the file system its Fault where there is one.
func onDisk(doing, path string, err error) error {
	if f := release.DiskFault(doing, path, err); f != nil {
		return f
	}
	return err
}

// shower chooses the view: a live one in a terminal, lines elsewhere. end takes it down before the report is printed.
func (a *app) shower() (engine.Sink, func()) {
	switch a.viewName() {
	case "json":
		return view.NewJSON(a.sys.Out), func() {}
	case "tui":
		style := a.style()
		live := tui.Start(a.sys.In, a.sys.ErrFile, tui.Options{
			Color: style.Color, ASCII: style.ASCII, Environ: a.sys.Environ,
			Cancel: func() { a.cancel(engine.Signal("interrupt")) },
			Leave:  func() { os.Exit(release.ExitInterrupted) },
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
