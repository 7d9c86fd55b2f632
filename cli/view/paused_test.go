package view_test

import (
	"strings"
	"testing"

	"readme/cli/release"
	"readme/cli/view"
)

// paused is a run that was stopped while the api was built: the bucket is there, and the worker has not begun.
func paused() []release.Event {
	p := full()
	p.Steps = append(p.Steps, release.Step{ID: "worker", Kind: release.KindDeploy, Change: release.ChangeUpdate, Title: "deploy worker"})
	events := []release.Event{{Body: release.RunStarted{Plan: p, By: "ada@box"}, Run: "20261122-153000-1a2b3c"}}
	add := func(step string, b release.Body) {
		events = append(events, release.Event{Seq: int64(len(events)), Run: events[0].Run, Step: step, Body: b})
	}
	add("bucket", release.StepIntent{Text: "make the bucket private"})
	add("bucket", release.StepDone{TookMS: 80, Text: "private now"})
	add("api", release.StepIntent{Text: "upload " + evil})
	add("", release.RunStopping{Why: "interrupted", Signal: "interrupt"})
	add("api", release.StepCancelled{Why: "interrupted", TookMS: 4000})
	add("worker", release.StepSkipped{Why: "the run is stopping"})
	add("", release.RunPaused{Why: "interrupted"})
	return events
}

func TestReport_ofAPausedRunLooksLikeThis(t *testing.T) {
	eachStyle(t, "report-paused", func(s view.Style) string { return view.Report(release.Fold(paused()), s) })
}

func TestReport_ofAPausedRollbackSaysHowFarItGot(t *testing.T) {
	events := paused()
	events = append(events[:len(events)-1],
		release.Event{Step: "api", Body: release.StepDone{Undo: true, Text: "d-41 is live again"}},
		release.Event{Step: "bucket", Body: release.StepCancelled{Undo: true, Why: "the lock was lost"}},
		release.Event{Body: release.RunPaused{Why: "the lock was lost"}})
	text := view.Report(release.Fold(events), view.Style{})
	for _, want := range []string{"api     put back       d-41 is live again", "bucket  half put back", "try: readme-ops resume --env local"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
