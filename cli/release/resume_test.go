package release_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
)

// resume folds the events and then that the run is resumed.
func resume(events []release.Event) *release.State {
	s := release.Fold(events)
	s.Apply(release.Event{Seq: s.Last + 1, At: events[len(events)-1].At, Body: release.RunResumed{By: "ada@laptop"}})
	return s
}

var (
	theAPI   = release.Step{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate}
	theCheck = release.Step{ID: "check", Kind: release.KindCheck, Change: release.ChangeRun}
	theClean = release.Step{ID: "clean", Kind: release.KindCleanup, Change: release.ChangeRun, Needs: []string{"check"}}
	interr   = release.RunStopping{Why: "interrupted", Signal: "interrupt"}
)

func TestState_aStopThatWasNoFailureEndsWithTheProcess(t *testing.T) {
	for name, c := range map[string]struct {
		events   []release.Event
		stopping string
		signal   string
		failed   bool
	}{
		"a signal":                 {at(started(theAPI), interr), "", "", false},
		"a signal, then a failure": {at(started(theAPI), interr, "api", release.StepFailed{}), "", "", false},
		"a failure":                {at(started(theAPI), "api", release.StepFailed{}, release.RunStopping{Why: "api failed"}), "api failed", "", true},
		"an older record, in which a signal was put back": {at(started(theAPI), interr, release.RollbackStarted{}), "interrupted", "interrupt", true},
		"a cleanup's failure is none":                     {at(started(theClean), "clean", release.StepFailed{}, interr), "", "", false},
	} {
		s := resume(c.events)
		if s.Stopping != c.stopping || s.Signal != c.signal || s.Failed != c.failed {
			t.Errorf("%s: got %q, signal %q, failed %v", name, s.Stopping, s.Signal, s.Failed)
		}
	}
}

func TestState_resumedWhatWasCutOffOnTheWayBackIsOpenAgain(t *testing.T) {
	s := resume(at(started(theAPI, theCheck, theClean), "api", release.StepIntent{}, "api", release.StepDone{}, "check", release.StepDone{},
		"check", release.StepFailed{}, release.RunStopping{Why: "check failed"}, "clean", release.StepStarted{}, "clean", release.StepStill{Doing: "x"},
		release.RollbackStarted{}, "api", release.StepStarted{Undo: true}, "api", release.StepIntent{Undo: true, Data: []byte(`1`)},
		release.RunPaused{Why: "the lock was lost"}))
	if !s.Ended.IsZero() {
		t.Error("a run that goes on has an end")
	}
	got := []any{s.Step("clean").Status, s.Step("api").Status, s.Step("api").Undo.Status, len(s.Step("api").Undo.Intents)}
	if diff := cmp.Diff([]any{release.Pending, release.Done, release.Status(""), 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, end := range []release.Body{release.StepDone{Undo: true}, release.StepFailed{Undo: true}} {
		s := resume(at(started(theAPI), "api", release.StepDone{}, release.RollbackStarted{}, "api", end))
		if s.Step("api").Undo.Status == "" {
			t.Errorf("an undo that has ended (%s) is open again", end)
		}
	}
}

func TestState_movedIsWhatIsNotPutBack(t *testing.T) {
	done, undone := release.StepDone{}, release.StepDone{Undo: true}
	for name, c := range map[string]struct {
		events []release.Event
		want   bool
	}{
		"nothing":              {at(started(theAPI)), false},
		"an intent":            {at(started(theAPI), "api", release.StepIntent{}), true},
		"a step":               {at(started(theAPI), "api", done), true},
		"a check":              {at(started(theCheck), "check", release.StepIntent{}, "check", done), false},
		"put back":             {at(started(theAPI), "api", done, "api", undone), false},
		"not put back":         {at(started(theAPI), "api", done, "api", release.StepFailed{Undo: true}), true},
		"still being put back": {at(started(theAPI), "api", done, "api", release.StepStarted{Undo: true}), true},
	} {
		if got := release.Fold(c.events).Moved(); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestState_aRunThatIsClosedIsNotResumable(t *testing.T) {
	closed := at(started(theAPI), "api", release.StepIntent{}, release.RunSuperseded{Why: "another commit is released"}, release.RunDone{})
	for _, events := range [][]release.Event{closed, closed[:3]} { // also where the last word is missing
		s := release.Fold(events)
		if s.Resumable() || s.Verdict() != release.Superseded || s.Exit() != release.ExitNotPutBack {
			t.Errorf("got resumable %v, %s, exit %d", s.Resumable(), s.Verdict(), s.Exit())
		}
	}
	if smoke := release.Fold(at(release.RunStarted{Plan: release.Plan{Purpose: release.Smoke}})); smoke.Resumable() {
		t.Error("a run that only looks can be resumed")
	}
}
