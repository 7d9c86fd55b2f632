package release_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
)

// at gives each body its place in a run, a second apart.
func at(bodies ...any) []release.Event {
	var events []release.Event
	step := ""
	for _, b := range bodies {
		if id, ok := b.(string); ok {
			step = id
			continue
		}
		n := int64(len(events) + 1)
		events = append(events, release.Event{
			Seq: n, At: time.Date(2026, 1, 1, 0, 0, int(n-1), 0, time.UTC), Run: "r", Step: step, Body: b.(release.Body),
		})
		step = ""
	}
	return events
}

func started(steps ...release.Step) release.RunStarted {
	return release.RunStarted{Plan: release.Plan{
		Project: "readme", Env: "local", Box: true, Commit: release.Commit{SHA: "0123456789abcdef0123456789abcdef01234567"}, Steps: steps,
	}}
}

func TestState_verdictExitAndLastLine(t *testing.T) {
	var (
		db      = release.Step{ID: "migrations", Kind: release.KindMigrations, Change: release.ChangeUpdate}
		api     = release.Step{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate}
		client  = release.Step{ID: "client", Kind: release.KindDeploy, Change: release.ChangeSkip, Why: "Node is missing"}
		check   = release.Step{ID: "healthy", Kind: release.KindCheck, Change: release.ChangeRun}
		cleanup = release.Step{ID: "clean", Kind: release.KindCleanup, Change: release.ChangeRun}
		done    = release.StepDone{}
		undone  = release.StepDone{Undo: true}
		failed  = release.StepFailed{Fault: release.Fault{Title: "no"}}
		unfail  = release.StepFailed{Undo: true}
		intent  = release.StepIntent{}
		stop    = release.RunStopping{Why: "no"}
		ctrlC   = release.RunStopping{Why: "interrupt", Signal: "interrupt"}
		term    = release.RunStopping{Why: "terminated", Signal: "terminated"}
		back    = release.RollbackStarted{}
		over    = release.RunDone{}
	)
	for name, c := range map[string]struct {
		events  []release.Event
		verdict release.Verdict
		exit    int
		last    string
	}{
		"all done": {
			at(started(db, api), "migrations", done, "api", done, over),
			release.Released, 0, "released readme@0123456 to local in 3.0s",
		},
		"the client skipped by the plan": {
			at(started(api, client), "api", done, over),
			release.Released, 0, "released readme@0123456 to local in 2.0s, without the client",
		},
		"only a cleanup failed": {
			at(started(check, cleanup), "healthy", done, "clean", failed, over),
			release.Released, 0, "released readme@0123456 to local in 3.0s",
		},
		"denied": {
			at(started(api), release.Denied{Why: "said no"}),
			release.NotStarted, 5, "did not release readme@0123456 to local: not approved, nothing was changed",
		},
		"not over": {
			at(started(api), "api", intent),
			release.Going, 9, "the release of readme@0123456 to local has not ended",
		},
		"a step failed and was put back": {
			at(started(db, api), "migrations", done, "api", intent, "api", failed, stop, back, "api", undone, "migrations", undone, over),
			release.PutBack, 6, "did not release readme@0123456 to local: what it changed was put back (8.0s)",
		},
		"a check failed and all was put back": {
			at(started(api, check), "api", done, "healthy", failed, stop, back, "api", undone, over),
			release.PutBack, 7, "did not release readme@0123456 to local: what it changed was put back (6.0s)",
		},
		"a check and a deploy failed": {
			at(started(api, check), "api", intent, "api", failed, "healthy", failed, stop, back, "api", undone, over),
			release.PutBack, 6, "did not release readme@0123456 to local: what it changed was put back (7.0s)",
		},
		"an undo failed": {
			at(started(api), "api", intent, "api", failed, stop, back, "api", unfail, over),
			release.Left, 9, "did not release readme@0123456 to local: NOT everything was put back, a person is needed (6.0s)",
		},
		"an undo began and did not end": {
			at(started(api), "api", intent, "api", failed, stop, back, "api", release.StepStarted{Undo: true}, over),
			release.Left, 9, "did not release readme@0123456 to local: NOT everything was put back, a person is needed (6.0s)",
		},
		"an undo was cancelled": {
			at(started(api), "api", intent, "api", failed, stop, back, "api", release.StepCancelled{Undo: true}, over),
			release.Left, 9, "did not release readme@0123456 to local: NOT everything was put back, a person is needed (6.0s)",
		},
		"left on purpose": {
			at(started(api, check), "api", done, "healthy", failed, stop, over),
			release.Left, 9, "did not release readme@0123456 to local: NOT everything was put back, a person is needed (4.0s)",
		},
		"failed before it changed anything": {
			at(started(api), "api", failed, stop, over),
			release.Stopped, 6, "did not release readme@0123456 to local: nothing was changed (3.0s)",
		},
		"interrupted before it changed anything": {
			at(started(api), ctrlC, "api", release.StepCancelled{}, over),
			release.Stopped, 130, "did not release readme@0123456 to local: interrupted, nothing was changed (3.0s)",
		},
		"terminated and put back": {
			at(started(api), "api", intent, term, "api", release.StepCancelled{}, back, "api", undone, over),
			release.PutBack, 143, "did not release readme@0123456 to local: interrupted, what it changed was put back (6.0s)",
		},
		"everything done, but it was stopping": {
			at(started(api), ctrlC, "api", done, back, "api", undone, over),
			release.PutBack, 130, "did not release readme@0123456 to local: interrupted, what it changed was put back (5.0s)",
		},
		"a step that never ran": {
			at(started(api), over),
			release.Stopped, 6, "did not release readme@0123456 to local: nothing was changed (1.0s)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := release.Fold(c.events)
			if got := s.Verdict(); got != c.verdict {
				t.Errorf("verdict: got %q, want %q", got, c.verdict)
			}
			if got := s.Exit(); got != c.exit {
				t.Errorf("exit: got %d, want %d", got, c.exit)
			}
			if diff := cmp.Diff(c.last, s.LastLine()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestState_resumesWhereItWasCutOff(t *testing.T) {
	api := release.Step{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate}
	bot := release.Step{ID: "bot", Kind: release.KindDeploy, Change: release.ChangeUpdate}
	status := func(s *release.State) string {
		return string(s.Step("api").Status + ", " + s.Step("bot").Status)
	}
	for name, c := range map[string]struct {
		events   []release.Event
		verdict  release.Verdict
		exit     int
		resumed  string
		stopping string
	}{
		"told to stop": {
			at(started(api, bot), "api", release.StepStarted{}, "api", release.StepIntent{}, release.RunStopping{Why: "interrupted", Signal: "interrupt"},
				"api", release.StepCancelled{Why: "interrupted"}, "bot", release.StepSkipped{Why: "the run is stopping"}, release.RunPaused{Why: "interrupted"}),
			release.Paused, 9, "pending, pending", "",
		},
		"killed": {
			at(started(api, bot), "api", release.StepStarted{}, "api", release.StepIntent{}),
			release.Going, 9, "pending, pending", "",
		},
		"killed on its way back": {
			at(started(api, bot), "api", release.StepStarted{}, "api", release.StepIntent{}, "bot", release.StepStarted{}, "bot", release.StepFailed{},
				release.RunStopping{Why: "bot failed"}),
			release.Going, 9, "cancelled, failed", "bot failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := release.Fold(c.events)
			if got := s.Verdict(); got != c.verdict || s.Exit() != c.exit || !s.Resumable() {
				t.Errorf("got %q, exit %d, resumable %v; want %q, %d, true", got, s.Exit(), s.Resumable(), c.verdict, c.exit)
			}
			s.Apply(release.Event{Seq: s.Last + 1, Body: release.RunResumed{By: "ada@laptop"}})
			if got := status(s); got != c.resumed || s.Stopping != c.stopping || s.Signal != "" || s.Paused != "" {
				t.Errorf("after it was resumed: got %q, stopping %q, signal %q, paused %q; want %q, %q", got, s.Stopping, s.Signal, s.Paused, c.resumed, c.stopping)
			}
			if len(s.Step("api").Intents) != 1 {
				t.Error("the intent of the step that was cut off is lost")
			}
		})
	}
}

func TestState_keepsWhatAStepTold(t *testing.T) {
	api := release.Step{
		ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate, Outputs: map[string]string{"url": "planned", "host": "h"},
	}
	events := at(started(api), "api", release.StepStarted{}, "api", release.StepIntent{Data: []byte(`1`)},
		"api", release.StepIntent{Undo: true, Data: []byte(`2`)}, "api", release.StepRetried{}, "api", release.StepStill{Doing: "BUILDING"},
		"api", release.CheckResult{OK: true}, "api", release.StepDone{Text: "ok", Record: []byte(`3`), Outputs: map[string]string{"url": "live"}},
		"nobody", release.StepDone{Text: "an event of a step that is not in the plan"})
	got := release.Fold(events).Step("api")
	want := &release.StepState{
		Step: api, Status: release.Done, Started: events[1].At, Ended: events[7].At, Text: "ok", Doing: "BUILDING",
		Outputs: map[string]string{"url": "live", "host": "h"}, Record: []byte(`3`), Retries: 1,
		Checks: []release.CheckResult{{OK: true}}, DoneSeq: 8,
	}
	want.Intents = append(want.Intents, []byte(`1`))
	want.Undo.Intents = append(want.Undo.Intents, []byte(`2`))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if api.Outputs["url"] != "planned" {
		t.Error("the plan's own outputs were changed by the fold")
	}
}

func TestState_keepsOnlyTheLastLines(t *testing.T) {
	bodies := []any{started(release.Step{ID: "api"})}
	for range 100 {
		bodies = append(bodies, "api", release.StepSaid{Text: "line"})
	}
	bodies = append(bodies, "api", release.StepSaid{Text: "last"})
	said := release.Fold(at(bodies...)).Step("api").Said
	if len(said) != 20 || said[19] != "last" {
		t.Errorf("got %d lines, the last %q", len(said), said[len(said)-1])
	}
}

func TestPlan_countsChangesNotChecks(t *testing.T) {
	p := release.Plan{Steps: []release.Step{
		{ID: "a", Kind: release.KindDeploy, Change: release.ChangeCreate},
		{ID: "b", Kind: release.KindBucket, Change: release.ChangeCreate},
		{ID: "c", Kind: release.KindDeploy, Change: release.ChangeSkip},
		{ID: "d", Kind: release.KindCheck, Change: release.ChangeSkip},
		{ID: "e", Kind: release.KindCleanup, Change: release.ChangeRun},
	}}
	if got := p.Count(release.ChangeCreate); got != 2 {
		t.Errorf("to create: got %d, want 2", got)
	}
	if got := p.Count(release.ChangeSkip); got != 1 {
		t.Errorf("skipped: got %d, want 1", got)
	}
	if s, ok := p.Step("c"); !ok || s.Runs() {
		t.Errorf("Step(c): got %v, %t, want a step that does not run", s, ok)
	}
	if _, ok := p.Step("z"); ok {
		t.Error("Step(z) was found")
	}
}

func TestState_knowsWhoRanItAndPastWhichGates(t *testing.T) {
	begun := started()
	begun.By, begun.CI, begun.Reason = "ada@laptop", "", "the checks lied"
	s := release.Fold(at(begun, release.Approved{BreakGlass: "the site is down", Waived: []string{"passed"}}))
	if s.By != "ada@laptop" || s.Reason != "the checks lied" || s.BreakGlass != "the site is down" || len(s.Waived) != 1 {
		t.Errorf("got %+v", s)
	}
	s.Apply(release.Event{Body: release.RunResumed{By: "runner@ci", CI: "https://ci.example/7"}})
	if s.By != "runner@ci" || s.CI != "https://ci.example/7" {
		t.Errorf("after it was taken up: %s, %s", s.By, s.CI)
	}
}
