package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/gate"
	"readme/cli/ledger"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
	"readme/cli/view"
)

type rollbackFlags struct {
	yes, withoutLock    bool
	approve, to, reason string
}

func (a *app) rollbackCommand() *cli.Command {
	var f rollbackFlags
	return &cli.Command{
		Name: "rollback", Category: "release",
		Usage: "take the services back to what an earlier release had left live; migrations stay",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "to", Usage: "the `RUN` to go back to; the release before what is live if none is named", Destination: &f.to},
			&cli.StringFlag{Name: "reason", Usage: "why, in a few `WORDS`: it stays on record", Destination: &f.reason},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "approve whatever the plan says", Destination: &f.yes},
			&cli.StringFlag{Name: "approve", Usage: "approve exactly the plan with this `DIGEST`", Destination: &f.approve},
			&cli.BoolFlag{Name: "without-lock", Usage: "go on where the database, which holds the lock, cannot be reached", Destination: &f.withoutLock},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.rollback(ctx, f) }),
	}
}

func (a *app) rollback(ctx context.Context, f rollbackFlags) error {
	began := time.Now()
	if err := f.check(a); err != nil {
		return err
	}
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	if env.Box {
		unlock, err := box.LockRelease(p.home)
		if err != nil {
			return err
		}
		defer unlock()
	}
	w, err := a.open(ctx, p, env, "rollback")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	w.reason = f.reason
	state, err := a.rollBackOrResume(ctx, w, f, began)
	if err != nil {
		return err
	}
	return exitOf(state)
}

// rollBackOrResume goes on with an unfinished rollback to the same release, and else makes a plan, asks, and runs it. Where the
// database is away there is no lock, and what happens is in the journal alone.
func (a *app) rollBackOrResume(ctx context.Context, w *world, f rollbackFlags, began time.Time) (*release.State, error) {
	left, err := w.unfinished(ctx, "")
	if err != nil {
		return nil, err
	}
	if left != nil && f.continues(left.State) {
		if !w.away(ctx) {
			return a.goOn(ctx, w, left.Run)
		}
		f.to = steps.Goal(left.State.Plan) // half of what is live is what it wanted: from there nobody can guess it
	}
	made, away, err := w.rollbackPlan(ctx, f.to)
	if err != nil {
		return nil, err
	}
	approved, err := a.approveRollback(ctx, w.env, made, f, away)
	if err != nil {
		return nil, err
	}
	j := job{run: release.NewRun(began, made.Digest), plan: made, approved: approved}
	if away != "" {
		if err := w.alone(); err != nil {
			return nil, err
		}
	} else {
		if j.lease, err = w.lockOrFault(ctx, j.run); err != nil {
			return nil, err
		}
		defer unlock(ctx, j.lease)
		if _, err := a.supersede(ctx, w, j.lease, j.run); err != nil {
			return nil, err
		}
	}
	now, _, err := w.rollbackPlan(ctx, steps.Goal(made))
	if err != nil {
		return nil, err
	}
	if now.Digest != made.Digest {
		return nil, moved(made, now, f.command(w.env, made))
	}
	return a.run(ctx, w, j)
}

// alone refuses to go on without a lock beside a run that this very checkout has under way.
func (w *world) alone() error {
	runs, err := ledger.List(w.project.runs())
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.State == nil || r.Gone || r.State.Plan.Env != w.env.Name || r.State.Plan.Purpose == release.Smoke || r.State.Verdict() != release.Going {
			continue
		}
		return &release.Fault{
			Title:    "run " + r.Run + " is at work on " + w.env.Name + " from this very folder",
			Detail:   "nothing was changed; end it first (Ctrl-C), and go back then",
			Evidence: []release.Evidence{{Label: "it", Lines: []string{"was begun by " + r.State.By, r.State.LastLine()}}},
			Try:      "readme-ops show " + r.Run, Exit: release.ExitLocked,
		}
	}
	return nil
}

// away reports whether the database, which holds the lock and the record, does not answer.
func (w *world) away(ctx context.Context) bool {
	db := w.record()
	if db.None() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	_, _, err := db.Lease(ctx)
	return err != nil
}

// continues reports whether an unfinished run is this very rollback.
func (f rollbackFlags) continues(s *release.State) bool {
	return s.Plan.Purpose == release.Rollback && s.Approved &&
		(f.to == "" || f.to == steps.Goal(s.Plan)) && (f.approve == "" || f.approve == s.Plan.Digest)
}

func (f rollbackFlags) check(a *app) error {
	switch {
	case f.yes && f.approve != "":
		return usage("--yes and --approve exclude each other", "readme-ops rollback --help")
	case strings.TrimSpace(f.reason) == "":
		return usage("a rollback needs a reason, which stays on record", a.again("--reason", "why"))
	case f.to != "" && !release.ValidRun(f.to):
		return usage(fmt.Sprintf("%q is no name of a run", f.to), "readme-ops history")
	}
	return nil
}

// command is the rollback as somebody else can type it.
func (f rollbackFlags) command(env spec.Environment, p release.Plan) string {
	return fmt.Sprintf("readme-ops rollback --env %s --to %s --reason %s", env.Name, steps.Goal(p), release.ShellWord(f.reason))
}

// rollbackPlan reads the runs on record and what is live, and makes the plan. away says why the database cannot be asked;
// then nobody can hold a lock.
func (w *world) rollbackPlan(ctx context.Context, to string) (made release.Plan, away string, err error) {
	h, err := historyIn(ctx, w.records(), w.env)
	if err != nil {
		return made, "", err
	}
	if err := w.knows(h, to); err != nil {
		return made, "", err
	}
	defer w.app.slowly(w.vendors())()
	past, err := steps.ReadPast(ctx, w.steps, steps.Question{
		Release: w.project.rel, Matrix: w.project.matrix, Env: w.env, Box: w.boxed, Without: w.without, Outputs: w.outputs,
	}, h, to)
	if errors.Is(err, steps.ErrNoPast) {
		return made, "", &release.Fault{
			Title:  "there is no earlier release of " + w.env.Name + " to go back to",
			Detail: "only a release that ended well and is on record can be gone back to, and nothing was changed",
			Try:    "readme-ops history --env " + w.env.Name, Exit: release.ExitStepFailed,
		}
	}
	if err != nil {
		return made, "", err
	}
	past.Targets, past.Notes = w.targets, w.notes
	if past.Away != "" {
		past.Notes = append(past.Notes, "NO LOCK IS HELD: the database cannot be asked ("+past.Away+"), so nothing keeps another release away, and what happens is on record on this machine only")
	}
	made, err = plan.Rollback(w.project.rel, w.env, past)
	return made, past.Away, err
}

// knows refuses a run that nobody can go back to.
func (w *world) knows(h *steps.History, to string) error {
	if to == "" {
		return nil
	}
	history := "readme-ops history --env " + w.env.Name
	run := h.Run(to)
	if run == nil {
		return usage("there is no release "+to+" of "+w.env.Name+" on record", history)
	}
	if v := run.Verdict(); v != release.Released {
		return usage(fmt.Sprintf("run %s did not end as released but as %s: what it left is nothing to go back to", to, v), history)
	}
	return nil
}

// approveRollback shows the plan and gets its approval, in a terminal by the environment's name. Without a lock, and
// without a person who has read so, it takes a flag.
func (a *app) approveRollback(ctx context.Context, env spec.Environment, p release.Plan, f rollbackFlags, away string) (release.Approved, error) {
	a.outcome.Plan = &p
	if a.viewName() != "json" {
		_, _ = fmt.Fprint(a.sys.Err, view.Plan(p, a.style()))
	}
	command := f.command(env, p)
	refuse := func(title, detail, try string) (release.Approved, error) {
		return release.Approved{}, &release.Fault{Title: title, Detail: detail, Try: try, Exit: release.ExitApproval}
	}
	yes := func(how string) (release.Approved, error) {
		return release.Approved{By: a.sys.who(), How: how, Digest: p.Digest}, nil
	}
	read := a.asks() && !f.yes // whoever answers, or names the digest, has seen that there is no lock
	switch {
	case f.approve != "" && f.approve != p.Digest:
		return refuse("the plan is not the one that was approved", "approved was "+f.approve+", and now it is "+p.Digest, command)
	case away != "" && !f.withoutLock && !read:
		return refuse("the database cannot be reached, so no lock can be held", "another release could be at work at the same time; "+away, command+" --without-lock --approve "+p.Digest)
	case f.approve != "":
		return yes(gate.ByDigest)
	case f.yes:
		return yes(gate.ByFlag)
	case env.Box:
		return yes(gate.ByBox)
	case !a.asks():
		return refuse("nobody approved the rollback, and there is no terminal to ask in", "the digest stands for exactly this plan", command+" --approve "+p.Digest)
	}
	ok, err := a.confirm(ctx, fmt.Sprintf("Roll %s back, because %s?", env.Name, f.reason), env.Name)
	switch {
	case err != nil:
		return release.Approved{}, err
	case !ok:
		return refuse("not approved, nothing was changed", "", command)
	}
	return yes(gate.ByTerminal)
}
