package app

import (
	"context"
	"errors"
	"fmt"

	"readme/cli/engine"
	"readme/cli/gate"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/tui"
	"readme/cli/view"
)

// approve shows the plan and gets its approval: by a flag, by a person in a terminal, or by itself for a box, where
// nothing can be harmed.
func (a *app) approve(ctx context.Context, env spec.Environment, p release.Plan, f releaseFlags) (release.Approved, error) {
	a.outcome.Plan = &p
	if a.viewName() != "json" {
		_, _ = fmt.Fprint(a.sys.Err, view.Plan(p, a.style()))
	}
	if err := gate.Refusals(env.Name, p.Gates); err != nil {
		return release.Approved{}, err
	}
	yes := func(how string) (release.Approved, error) { return a.approvedBy(how, p, f.gateFlags) }
	switch {
	case f.approve != "" && f.approve != p.Digest:
		return release.Approved{}, &release.Fault{
			Title:  "the plan is not the one that was approved",
			Detail: "something has changed since: the commit, a file, or what is live",
			Evidence: []release.Evidence{{Label: "digests", Lines: []string{
				"approved " + f.approve, "now      " + p.Digest,
			}}},
			Try: "readme-ops plan --env " + env.Name, Exit: release.ExitApproval,
		}
	case f.approve != "":
		return yes(gate.ByDigest)
	case f.saved != nil:
		return yes(gate.ByPlan)
	case f.yes:
		return yes(gate.ByFlag)
	case env.Box && gate.Agrees(p.Gates):
		return yes(gate.ByBox)
	case !a.asks():
		return release.Approved{}, &release.Fault{
			Title:  "nobody approved the plan, and there is no terminal to ask in",
			Detail: "the digest stands for exactly this plan",
			Try:    f.approving(p.Digest), Exit: release.ExitApproval,
		}
	}
	name := "" // where gates stand in front of an environment, yes is not enough
	if gate.Stand(env.Requires) {
		name = env.Name
	}
	ok, err := a.confirm(ctx, fmt.Sprintf("Release this to %s?", env.Name), name)
	if err != nil {
		return release.Approved{}, err
	}
	if !ok {
		return release.Approved{}, &release.Fault{
			Title: "not approved, nothing was changed", Try: "readme-ops plan --env " + env.Name, Exit: release.ExitApproval,
			Cause: errDenied,
		}
	}
	return yes(gate.ByTerminal)
}

// asks reports whether there is a person to ask: in a terminal that shows what it is that is asked. CI has none, whatever
// it gives a process for a terminal.
func (a *app) asks() bool {
	_, ci := a.sys.Lookup("CI")
	view := a.viewName()
	return a.sys.InTTY && a.sys.ErrTTY && !ci && view != "json" && view != "github"
}

// confirm asks a person in the terminal. A signal meanwhile is an answer too.
func (a *app) confirm(ctx context.Context, question, name string) (bool, error) {
	ok, err := tui.Confirm(ctx, a.sys.In, a.sys.Err, question, name)
	if sig, stopped := errors.AsType[engine.Signal](context.Cause(ctx)); stopped {
		return false, &release.Fault{
			Title: "stopped before the plan was approved, nothing was changed", Detail: string(sig),
			Exit: exitOfSignal(sig), Cause: err,
		}
	}
	return ok, err
}
