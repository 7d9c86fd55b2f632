package app

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"readme/cli/gate"
	"readme/cli/ledger"
	"readme/cli/plan"
	"readme/cli/release"
)

// agreement is a plan and its approval, made before the lock was taken.
type agreement struct {
	plan     release.Plan
	approved release.Approved
	closed   bool // an unfinished run was closed since, which may have moved the world
}

// reread reads the world once more, now that nobody else can move it: what was agreed to must still be what would run. In a
// terminal a person is asked about what differs.
func (a *app) reread(ctx context.Context, w *world, old agreement, f releaseFlags) (release.Plan, release.Approved, error) {
	if old.approved.How == gate.ByBox && !old.closed { // nobody took time, and nobody else is in the box
		return old.plan, old.approved, nil
	}
	now, err := w.plan(ctx)
	if err != nil {
		return now, old.approved, err
	}
	if now.Digest == old.plan.Digest {
		return now, old.approved, a.stillOpen(now, old.approved, f.gateFlags)
	}
	differs := plan.Difference(old.plan, now)
	byFlag := old.approved.How == gate.ByBox || old.approved.How == gate.ByFlag
	if old.closed && byFlag || old.approved.How == gate.ByTerminal {
		a.say("the world has moved since the plan was made:")
		for _, line := range differs {
			a.say("  %s", line)
		}
		approved, err := a.approve(ctx, w.env, now, f)
		if err != nil {
			a.denied(w.project, now, time.Now(), err)
		}
		return now, approved, err
	}
	return now, old.approved, moved(old.plan, now, f.command)
}

// moved says that a plan is not what would be carried out any more.
func moved(approved, now release.Plan, try string) error {
	return &release.Fault{
		Title:    "the world has moved since the plan was approved",
		Detail:   "nothing was changed; the plan has to be read again",
		Evidence: []release.Evidence{{Label: "what differs", Lines: plan.Difference(approved, now)}},
		Try:      try, Exit: release.ExitApproval,
	}
}

// stillOpen holds the gates of a plan against its approval once more. They are no part of its digest: a tag may be gone, or
// what was green taken back, and whoever broke the glass knew only of the gates that were closed then.
func (a *app) stillOpen(now release.Plan, approved release.Approved, f gateFlags) error {
	again, err := a.approvedBy(approved.How, now, f)
	if err != nil {
		return err
	}
	for _, name := range again.Waived {
		if !slices.Contains(approved.Waived, name) {
			return &release.Fault{
				Title:  "the gate " + name + " has closed since the plan was approved",
				Detail: "--break-glass goes past what was closed when it was approved, and nothing was changed",
				Try:    f.approving(now.Digest), Exit: release.ExitApproval,
			}
		}
	}
	return nil
}

// errDenied is the cause of the Fault where a person has said no.
var errDenied = errors.New("not approved")

// denied keeps on record that a person has refused a plan. It is a record of this machine: nothing was locked, and nothing changed.
func (a *app) denied(p *project, made release.Plan, began time.Time, err error) {
	if !errors.Is(err, errDenied) {
		return
	}
	run := release.NewRun(began, made.Digest)
	journal, err := ledger.Create(p.runs(), run)
	if err != nil {
		return // the refusal stands without a record, too
	}
	now := time.Now().UTC().Round(0)
	started := release.RunStarted{Plan: made, By: a.sys.who(), Program: version(), PID: os.Getpid(), CI: a.sys.ciRun()}
	_ = journal.Write([]release.Event{
		{Seq: 1, At: now, Run: run, Body: started},
		{Seq: 2, At: now, Run: run, Body: release.Denied{By: a.sys.who(), Why: "refused in a terminal"}},
	})
	_ = journal.Close()
}
