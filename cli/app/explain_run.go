package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"readme/cli/ledger"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/spec"
	"readme/cli/view"
)

const (
	explainSteps   = 3  // of the steps that failed, the first ones
	explainCommits = 10 // of each
	explainTitle   = 72 // characters of a commit's title
	explainRuns    = 50 // among which the last good release is looked for
)

// concluded keeps what a run has come to, for the reports, and looks for what is to blame if it failed.
func (a *app) concluded(ctx context.Context, w *world, st *release.State) {
	if st == nil || len(st.Steps) == 0 {
		return
	}
	a.outcome.State = st
	if st.Verdict() == release.Released || st.Signal != "" {
		return
	}
	a.outcome.Explained = a.explainRun(context.WithoutCancel(ctx), w, st)
}

// explainRun tells of each step that failed which commits since the last good release touch it, and what to do next.
func (a *app) explainRun(ctx context.Context, w *world, st *release.State) []view.Explained {
	var all []view.Explained
	good, src := "", (*source.Source)(nil)
	for _, step := range st.Steps {
		if step.Status != release.Failed || step.Step.Kind == release.KindCleanup {
			continue
		}
		if len(all) == explainSteps {
			break
		}
		if src == nil {
			var err error
			if src, err = a.source(ctx, w.project); err != nil {
				return nil // the failure itself has been told; this would only have added to it
			}
			good = w.lastGood(ctx, st.Run)
		}
		e := view.Explained{Step: step.Step.ID, Since: release.Commit{SHA: good}.Short(), Next: next(st, step)}
		if patterns := watched(w.project.rel, step.Step); len(patterns) > 0 {
			a.blame(ctx, src, &e, good, patterns)
			all = append(all, e)
		}
	}
	return all
}

// blame fills in the commits.
func (a *app) blame(ctx context.Context, src *source.Source, e *view.Explained, good string, patterns []string) {
	if good == "" {
		e.Note = "no release of it is known to have been good"
		return
	}
	changes, more, err := src.Since(ctx, good, src.Commit.SHA, patterns, explainCommits)
	switch {
	case errors.Is(err, source.ErrNoCommit):
		e.Note = "this clone does not go back that far"
		return
	case err != nil:
		e.Note = "git does not tell"
		return
	}
	for _, c := range changes {
		title := []rune(release.Printable(a.veil.text(c.Subject)))
		if len(title) > explainTitle {
			title = append(title[:explainTitle-1:explainTitle-1], '…')
		}
		e.Commits = append(e.Commits, release.Commit{SHA: c.SHA}.Short()+" "+string(title))
	}
	e.More = more
	if n := len(src.Changed); n > 0 {
		e.Note = fmt.Sprintf("and %d files of the work tree that are not committed", n)
	}
}

// lastGood is the commit of the last release that was good, before this run; "" where none is known.
func (w *world) lastGood(ctx context.Context, before string) string {
	for _, r := range w.past(ctx) {
		if s := r.State; s != nil && r.Run != before && s.Plan.Env == w.env.Name && s.Plan.Purpose == "" && s.Verdict() == release.Released {
			return s.Plan.Commit.SHA
		}
	}
	return ""
}

// past are the runs on record, the newest first. What cannot be read is left out.
func (w *world) past(ctx context.Context) []ledger.Summary {
	ctx, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	runs, _ := ledger.All(ctx, w.project.runs(), explainRuns, w.record())
	return runs
}

// watched are the files that a step depends on.
func watched(rel *spec.Release, s release.Step) []string {
	of := func(name string) []string {
		d, ok := rel.Service(name)
		if !ok {
			return nil
		}
		return d.Watch
	}
	switch s.Kind {
	case release.KindMigrations:
		return []string{rel.Migrations.Dir + "/**"}
	case release.KindBucket:
		return []string{"/release.yaml"}
	case release.KindDeploy:
		return append(slices.Clone(of(s.ID)), "/release.yaml")
	case release.KindCheck:
		var in plan.CheckInputs
		if json.Unmarshal(s.Inputs, &in) != nil {
			return nil
		}
		var all []string
		for _, name := range plan.ServicesOf(in.Check) {
			all = append(all, of(name)...)
		}
		return all
	case release.KindPromote, release.KindRestore, release.KindConfirm, release.KindCleanup,
		release.KindVariables: // what is written are values, which are in no commit
	}
	return nil
}

// next is the command that a person types next: what the failure itself says, unless the run can go on.
func next(st *release.State, step *release.StepState) string {
	env := " --env " + release.ShellWord(st.Plan.Env)
	switch {
	case st.Paused != "":
		return "readme-ops resume" + env
	case step.Fault != nil && step.Fault.Try != "":
		return step.Fault.Aimed(st.Plan.Env).Try
	case step.Step.Kind == release.KindDeploy:
		return "readme-ops logs " + release.ShellWord(step.Step.ID) + env
	}
	return "readme-ops show " + st.Run
}
