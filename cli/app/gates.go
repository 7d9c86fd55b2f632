package app

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/gate"
	"readme/cli/release"
)

// gateFlags are those of a release that may have gates in front of it.
type gateFlags struct {
	noWait     bool
	breakGlass string
	file       string        // --plan
	saved      *release.Plan // what the file holds
	only       string        // the commit that is released, or none: what a promotion found green; "" for any
	command    string        // what was typed, as far as it says what is released where: for the next command to type
}

// flags are the flags themselves. A promotion makes its own plan.
func (f *gateFlags) flags(saved bool) []cli.Flag {
	flags := []cli.Flag{
		&cli.BoolFlag{Name: "no-wait", Usage: "do not wait for another environment's release of the same commit", Destination: &f.noWait},
		&cli.StringFlag{Name: "break-glass", Usage: "go past the gates passed, tag and clean, for this `REASON`, which is kept on record", Destination: &f.breakGlass},
	}
	if saved {
		flags = append(flags, &cli.StringFlag{Name: "plan", Usage: "release exactly what `plan --out FILE` has saved in this `FILE`", Destination: &f.file})
	}
	return flags
}

// readGateFlags checks the flags that can be wrong by themselves, and reads the plan that --plan names.
func (a *app) readGateFlags(f *releaseFlags) error {
	if f.breakGlass != "" {
		reason, err := gate.Reason(f.breakGlass)
		if err != nil {
			return usage("--break-glass: "+err.Error(), `readme-ops release --break-glass "why it cannot wait for its gates"`)
		}
		f.breakGlass = reason
	}
	return a.readSaved(f)
}

// approving is the command that approves the plan with a digest.
func (f *gateFlags) approving(digest string) string {
	glass := ""
	if f.breakGlass != "" {
		glass = " --break-glass " + release.ShellWord(f.breakGlass)
	}
	return f.command + glass + " --approve " + digest
}

// gated makes the plan and holds it against what the environment requires. What is under way elsewhere and would open a
// gate is waited for, and then the plan is made anew.
func (a *app) gated(ctx context.Context, w *world, f releaseFlags) (release.Plan, error) {
	made, err := a.judged(ctx, w, f.gateFlags)
	if err == nil {
		err = overtaken(made, f.gateFlags)
	}
	if err != nil || gate.Waits(made.Gates) == nil || f.noWait {
		return made, err
	}
	waits := gate.Waits(made.Gates)
	_, _ = fmt.Fprintf(a.sys.Err, "waiting for the gate %s: %s (for at most %s; --no-wait refuses at once)\n", waits.Name, waits.Text, patience)
	late, err := gate.Await(ctx, w.every(), patience, func(ctx context.Context) (bool, error) {
		facts, err := a.gateFacts(ctx, w, made.Commit)
		return gate.Waits(gate.Judge(w.env.Requires, facts)) != nil, err
	})
	if err != nil {
		return made, err
	}
	if made, err = a.judged(ctx, w, f.gateFlags); late {
		for i, g := range made.Gates {
			if g.Status == release.GateWaiting {
				made.Gates[i].Text += fmt.Sprintf(", and was waited for in vain for %s", patience)
			}
		}
	}
	return made, err
}

// patience is how long another environment's release of the same commit is waited for: the longest that one takes.
const patience = 30 * time.Minute

// every is the time between two looks at another environment's record.
func (w *world) every() time.Duration {
	if w.boxed {
		return 200 * time.Millisecond
	}
	return 5 * time.Second
}

// judged makes the plan with its gates. Every plan that this world makes afterwards has them too, each judged by what is
// so then: a gate may have closed since.
func (a *app) judged(ctx context.Context, w *world, f gateFlags) (release.Plan, error) {
	stand := gate.Stand(w.env.Requires)
	if stand {
		w.gates = func(ctx context.Context, p release.Plan) ([]release.Gate, error) { return a.judge(ctx, w, p, f) }
	}
	w.only = f.only
	made, err := w.plan(ctx)
	if err == nil && !stand && f.breakGlass != "" {
		made.Notes = append(made.Notes, "--break-glass was not needed: "+w.env.Name+" has no gates")
	}
	return made, err
}

// judge holds a plan against what its environment requires, now.
func (a *app) judge(ctx context.Context, w *world, p release.Plan, f gateFlags) ([]release.Gate, error) {
	facts, err := a.gateFacts(ctx, w, p.Commit)
	if err != nil {
		return nil, err
	}
	facts.Approve = f.approving(p.Digest)
	gates := gate.Judge(w.env.Requires, facts)
	if f.breakGlass != "" {
		gates, _ = gate.Waive(gates, f.breakGlass)
	}
	return gates, nil
}

// gateFacts reads what the gates are judged by.
func (a *app) gateFacts(ctx context.Context, w *world, commit release.Commit) (gate.Facts, error) {
	facts := gate.Facts{Env: w.env.Name, Box: w.boxed, Commit: commit}
	src, err := a.source(ctx, w.project)
	if err != nil {
		return facts, err
	}
	facts.Changed, facts.Shallow = src.Changed, src.Shallow(ctx)
	tags, err := src.Tags(ctx, commit.SHA)
	if err != nil {
		return facts, err
	}
	for _, t := range tags {
		if t.Here {
			facts.Tags = append(facts.Tags, t.Name)
		} else {
			facts.Others = append(facts.Others, t.Name)
		}
	}
	if w.env.Requires.Passed == "" {
		return facts, nil
	}
	other, _ := w.project.rel.Environment(w.env.Requires.Passed)
	facts.Record, err = a.pastOf(ctx, w.project, other)
	return facts, err
}

// approvedBy is the approval of a plan in one of the ways, if that way counts for its gates.
func (a *app) approvedBy(how string, p release.Plan, f gateFlags) (release.Approved, error) {
	if how == gate.ByFlag && !gate.Agrees(p.Gates) && gate.Refusals(p.Env, gate.Approve(p.Gates, how)) == nil {
		return release.Approved{}, &release.Fault{
			Title:  "--yes is no approval for going past gates",
			Detail: "whoever breaks the glass agrees to the very plan: by its digest, or in a terminal by typing " + p.Env,
			Try:    f.approving(p.Digest), Exit: release.ExitApproval,
		}
	}
	if err := gate.Refusals(p.Env, gate.Approve(p.Gates, how)); err != nil {
		return release.Approved{}, err
	}
	approved := release.Approved{By: a.sys.who(), How: how, Digest: p.Digest}
	for _, g := range p.Gates {
		if g.Status == release.GateWaived {
			approved.BreakGlass, approved.Waived = f.breakGlass, append(approved.Waived, g.Name)
		}
	}
	return approved, nil
}
