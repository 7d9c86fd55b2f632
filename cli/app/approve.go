package app

import (
	"context"
	"errors"
	"fmt"

	"readme/cli/engine"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/tui"
	"readme/cli/view"
)

// approve shows the plan and gets its approval: by a flag, by a person in a terminal, or by itself for a box, where
// nothing can be harmed.
func (a *app) approve(ctx context.Context, env spec.Environment, p release.Plan, f releaseFlags) (release.Approved, error) {
	if a.viewName() != "json" {
		_, _ = fmt.Fprint(a.sys.Err, view.Plan(p, a.style()))
	}
	yes := func(how string) (release.Approved, error) {
		return release.Approved{By: a.sys.who(), How: how, Digest: p.Digest}, nil
	}
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
		return yes("--approve")
	case f.yes:
		return yes("--yes")
	case env.Box:
		return yes("box")
	case a.viewName() != "tui":
		return release.Approved{}, &release.Fault{
			Title:  "nobody approved the plan, and there is no terminal to ask in",
			Detail: "the digest stands for exactly this plan",
			Try:    fmt.Sprintf("readme-ops release --env %s --approve %s", env.Name, p.Digest), Exit: release.ExitApproval,
		}
	}
	name := "" // where gates stand in front of an environment, yes is not enough
	if env.Requires.Passed != "" || env.Requires.Clean || len(env.Requires.Any) > 0 {
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
	return yes("terminal")
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
