package steps

import (
	"context"
	"errors"
	"fmt"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// evidenceOf gives a vendor's answer as evidence.
func evidenceOf(err error) []release.Evidence {
	if e, ok := errors.AsType[*provider.Error](err); ok {
		return []release.Evidence{e.Evidence()}
	}
	return nil
}

// errFault is the Fault in an error's chain.
func errFault(err error) (*release.Fault, bool) { return errors.AsType[*release.Fault](err) }

// keep passes a Fault on, and the end of the context, as they are. A vendor that did not answer in time is no end of ours,
// though it looks like one.
func keep(err error, otherwise func() *release.Fault) error {
	if _, ok := errors.AsType[*release.Fault](err); ok {
		return err
	}
	if _, ok := errors.AsType[*provider.Error](err); ok {
		return otherwise()
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return otherwise()
}

// Unreachable says that a vendor did not let us find out what we act on: nothing was changed.
func Unreachable(vendor string, err error) error {
	return keep(err, func() *release.Fault {
		return &release.Fault{
			Title: "what is released to cannot be read from " + vendor + "; nothing was changed", Detail: err.Error(),
			Evidence: evidenceOf(err), Try: "readme-ops doctor", Exit: release.ExitStepFailed, Cause: err,
		}
	})
}

func cannotRead(in plan.DeployInputs, err error) error {
	return keep(err, func() *release.Fault {
		return &release.Fault{
			Title: fmt.Sprintf("what is live of %s cannot be read from %s", in.Name, in.To), Detail: err.Error(),
			Evidence: evidenceOf(err), Try: "readme-ops doctor", Cause: err,
		}
	})
}

func refused(in plan.DeployInputs, what string, err error) error {
	return keep(err, func() *release.Fault {
		return &release.Fault{
			Title: fmt.Sprintf("%s was not deployed to %s: %s", in.Name, in.To, what), Detail: err.Error(),
			Evidence: evidenceOf(err), Try: "readme-ops status", Cause: err,
		}
	})
}

// overtaken says that the world moved between the plan and the step.
func (w *World) overtaken(s release.Step, now string) error {
	return &release.Fault{
		Title:  s.Title + " was planned for a world that has moved",
		Detail: "somebody or something else changed it after the plan was made",
		Evidence: []release.Evidence{{Label: "when it was planned, and now", Lines: []string{
			"planned for " + s.Precondition, "found       " + now,
		}}},
		Try: "readme-ops plan" + w.flag(),
	}
}

// flag is the --env of commands to try.
func (w *World) flag() string {
	if w.Smoke.Environment == "" {
		return ""
	}
	return " --env " + w.Smoke.Environment
}

func (w *World) failedDeploy(ctx context.Context, h Host, in plan.DeployInputs, d provider.Deployment) *release.Fault {
	f := &release.Fault{
		Title:  fmt.Sprintf("%s did not go live", in.Name),
		Detail: d.Why,
		Evidence: append([]release.Evidence{{Label: in.To, Lines: []string{
			"deployment " + d.ID, "status     " + d.Raw,
		}}}, lastLines(ctx, h, d.ID)...),
		Try: "readme-ops status" + w.flag(),
	}
	if _, ok := h.(Logs); ok { // it is not live, so it has to be named
		f.Try = "readme-ops logs " + in.Name + w.flag() + " --deployment " + d.ID
	}
	switch d.State {
	case provider.Superseded:
		f.Title = in.Name + " was overtaken by another deployment"
	case provider.NeedsHuman:
		f.Title = in.Name + " waits for a person at " + in.To
	case provider.Failed, provider.Live, provider.Staged, provider.Building:
	}
	return f
}

func notPutBack(in plan.DeployInputs, rec deployed, err error) error {
	was := "nothing"
	if rec.Before.ID != "" {
		was = before(rec)
	}
	return &release.Fault{
		Title:  in.Name + " could not be put back",
		Detail: err.Error(),
		Evidence: append(evidenceOf(err), release.Evidence{Label: in.To, Lines: []string{
			"live before: " + was, "brought by this run: " + rec.ID,
		}}),
		Try: "readme-ops status", Cause: err,
	}
}
