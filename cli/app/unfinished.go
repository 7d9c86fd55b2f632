package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"readme/cli/ledger"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/steps"
)

// unfinished is the run that was cut off or paused, as far as can be told without the lock: the newest of the environment, which
// is also the only one that can still be continued. nil if there is none. With a name it must be that one.
func (w *world) unfinished(ctx context.Context, run string) (*known, error) {
	last, err := w.records().latest(ctx, w.env.Name)
	switch {
	case err != nil:
		return nil, err
	case last == nil || !last.State.Resumable():
		last = nil
	}
	if run == "" || (last != nil && last.Run == run) {
		return last, nil
	}
	title := "run " + run + " cannot be continued: it is not the last one of " + w.env.Name + ", or it has ended"
	return nil, usage(title, "readme-ops history --env "+w.env.Name)
}

// continues reports whether a release now would be this very run: of the same commit, and of the plan that was approved by
// name.
func (w *world) continues(ctx context.Context, s *release.State, f releaseFlags) bool {
	src, err := w.app.source(ctx, w.project)
	if err != nil || s.Plan.Purpose != "" || !s.Approved || s.Plan.Commit.String() != src.Commit.String() {
		return false
	}
	if f.saved != nil && f.saved.Digest != s.Plan.Digest {
		return false
	}
	if (f.approve != "" && f.approve != s.Plan.Digest) || (f.onFailure != "" && f.onFailure != s.Plan.OnFailure) {
		return false
	}
	return len(w.lacks(ctx, s, src)) == 0 && w.disagrees(s) == nil
}

// disagrees refuses to continue a run that would write other values than those that were approved.
func (w *world) disagrees(s *release.State) error {
	if s.Rollback || s.Failed {
		return nil // it only goes back
	}
	for _, st := range s.Steps {
		in, writes := writesStill(st)
		if !writes {
			continue
		}
		if err := w.steps.Agreed(in); err != nil {
			f := release.AsFault(err)
			f.Detail = "run " + s.Run + " writes only the values that it was approved with; nothing was changed. A release closes it and plans anew"
			f.Try, f.Exit = "readme-ops release --env "+release.ShellWord(w.env.Name), release.ExitNotPutBack
			return f
		}
	}
	return nil
}

// writesStill are the variables that a step of an unfinished run has yet to write. A deploy that has begun may have made its service
// already: it finds that out by itself.
func writesStill(st *release.StepState) (in plan.VariablesInputs, writes bool) {
	if !st.Step.Runs() || st.Status == release.Done {
		return in, false
	}
	switch st.Step.Kind {
	case release.KindVariables:
		return in, json.Unmarshal(st.Step.Inputs, &in) == nil
	case release.KindDeploy:
		var d plan.DeployInputs
		ok := json.Unmarshal(st.Step.Inputs, &d) == nil && len(st.Intents) == 0
		return steps.Brings(d), ok
	default:
		return in, false
	}
}

// lacks lists the services whose archive a continued run would have to send, and which is not here. What can be packed again
// from the same commit is packed.
func (w *world) lacks(ctx context.Context, s *release.State, src *source.Source) []string {
	missing := w.archivesMissing(s)
	if len(missing) > 0 && src != nil && src.Commit.String() == s.Plan.Commit.String() {
		_, _ = w.plan(ctx) // packs what it would send; the plan itself is not asked for
		missing = w.archivesMissing(s)
	}
	return missing
}

func (w *world) archivesMissing(s *release.State) []string {
	var services []string
	if s.Rollback || s.Failed {
		return nil // it only goes back
	}
	for _, st := range s.Steps {
		var in plan.DeployInputs
		if st.Step.Kind != release.KindDeploy || !st.Step.Runs() || st.Status == release.Done || json.Unmarshal(st.Step.Inputs, &in) != nil {
			continue
		}
		if in.Archive != "" && !isArchive(filepath.Join(w.project.archives(), in.Archive+".tar.gz"), in.Archive) {
			services = append(services, st.Step.ID)
		}
	}
	return services
}

// isArchive reports whether a file is there with the content that its name promises.
func isArchive(path, sum string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return false
	}
	return hex.EncodeToString(h.Sum(nil)) == sum
}

// supersede closes an unfinished run that this release does not continue: what it left half-done is looked up at the vendors and
// recorded, and the next plan begins from there. closed is false where there is none.
func (a *app) supersede(ctx context.Context, w *world, lease *ledger.Lease, by string) (closed bool, err error) {
	left, err := w.records().settled(ctx, w.env.Name)
	if err != nil || left == nil {
		return false, err
	}
	if !left.State.Resumable() {
		w.replay(ctx, lease, left)
		return false, nil
	}
	a.say("run %s of %s was not finished: what it left half-done is looked up, and it is closed", left.Run, left.State.Plan.Commit.Short())
	journal, events, err := w.reopen(ctx, left.Run)
	if err != nil {
		return false, err
	}
	state := release.Fold(events)
	if !state.Resumable() {
		return true, journal.Close()
	}
	state, err = a.run(ctx, w, job{
		run: left.Run, plan: state.Plan, lease: lease, journal: journal, events: events, closing: "run " + by + " follows it",
	})
	if err != nil {
		return true, err
	}
	return true, unclosed(state)
}

// unclosed refuses to begin anything while the run before could not be closed, but was paused instead: nobody would ever look again for what it
// left half-done.
func unclosed(s *release.State) error {
	if s.Over || s.Superseded != "" {
		return nil
	}
	return &release.Fault{
		Title:  "run " + s.Run + " was not finished, and could not be closed: " + s.Paused,
		Detail: "nothing new was begun. What it left half-done has to be looked up first, by a resume or by the next release",
		Try:    "readme-ops resume --env " + release.ShellWord(s.Plan.Env), Exit: release.ExitNotPutBack,
	}
}

// replay brings the end of the last run to the database, which was away then. Where that fails it stays in the journal.
func (w *world) replay(ctx context.Context, lease *ledger.Lease, last *known) {
	if db := w.record(); last.Ahead && !db.None() {
		if err := db.Replay(ctx, lease, w.project.runs(), last.Run); err != nil {
			w.app.say("the end of run %s is on record on this machine only: %s", last.Run, plainly(err))
		}
	}
}

// reopen goes on with the record of a run, and words what may be wrong with it.
func (w *world) reopen(ctx context.Context, run string) (*ledger.Journal, []release.Event, error) {
	journal, events, err := ledger.Resume(ctx, w.project.runs(), run, w.record())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, usage("there is no run "+run, "readme-ops history --env "+w.env.Name)
	case errors.Is(err, ledger.ErrWritten):
		return nil, nil, &release.Fault{
			Title: "another process on this machine is at work on run " + run, Detail: "it goes on by itself, so wait for its end",
			Try: "readme-ops show " + run, Exit: release.ExitLocked, Cause: err,
		}
	case err != nil:
		return nil, nil, onDisk("go on with the record of the run", w.project.runs(), err)
	}
	return journal, events, nil
}

// lacking refuses to continue a run whose archives are not here: another archive would be another release.
func lacking(w *world, s *release.State, services []string) error {
	return &release.Fault{
		Title:  fmt.Sprintf("run %s cannot be continued here: what it sends for %s is not on this machine", s.Run, services[0]),
		Detail: "it sends that very archive or none; on the machine that began it, or with its commit checked out and unchanged, it can be continued. A release closes it and plans anew",
		Try:    "readme-ops release --env " + release.ShellWord(w.env.Name), Exit: release.ExitNotPutBack,
	}
}
