package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/engine"
	"readme/cli/release"
)

func TestRun_resumedTellsTheStoryOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lives()["good"](t)
		l.v.killAt = 4 // the worker's
		_, _ = l.process(t.Context())
		old := len(l.d.events)
		time.Sleep(time.Hour)
		o := l.options()
		var shown tape
		o.By, o.CI, o.Sinks = "ben@laptop", "https://ci.example/7", append(o.Sinks, &shown)
		l.v.dead.Store(false)
		l.v.killAt = 0
		s, err := engine.Run(t.Context(), l.plan, l.v.makers(l.plan, nil), o)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"resumed by ben@laptop", "api: started", "worker: started", "api: made (5.0s)", "worker: made (5.0s)", "check a: started"}
		if diff := cmp.Diff(want, shown.story(t)[:len(want)]); diff != "" {
			t.Errorf("(-want +got):\n%s\n%s", diff, l.d.story())
		}
		resumed, _ := l.d.events[old].Body.(release.RunResumed)
		if resumed.By != "ben@laptop" || resumed.CI != "https://ci.example/7" || resumed.PID == 0 || resumed.Program != "test" {
			t.Errorf("got %+v", resumed)
		}
		if took := s.Ended.Sub(s.Started); took < time.Hour || took > time.Hour+time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

func TestRun_resumedInterruptedAgainPausesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lives()["good"](t)
		for range 3 {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(2500*time.Millisecond, func() { cancel(engine.Signal("terminated")) })
			if s, err := l.process(ctx); err != nil || s.Verdict() != release.Paused || s.Rollback {
				t.Fatalf("got %v, %v:\n%s", err, s, l.d.story())
			}
		}
		if s := l.rest(); s.Verdict() != release.Released || s.Resumed != 3 || s.Signal != "" {
			t.Errorf("got %s, resumed %d times:\n%s", s.Verdict(), s.Resumed, l.d.story())
		}
		l.v.once()
	})
}

func TestRun_refusesARecordThatIsNotThePlans(t *testing.T) {
	events := func(bodies ...release.Body) []release.Event {
		var all []release.Event
		for i, b := range bodies {
			all = append(all, release.Event{Seq: int64(i + 1), Run: "20261122-153000-1a2b3c", Body: b})
		}
		return all
	}
	p := plan("api")
	begun := events(release.RunStarted{Plan: p}, release.Approved{Digest: p.Digest}, release.StepStarted{})
	other := plan("api", "worker")
	moved := plan("api")
	moved.Digest = "sha256:ff"
	foreign := events(release.RunStarted{Plan: p})
	foreign[0].Run = "20260101-000000-000000"
	hole := events(release.RunStarted{Plan: p}, release.Approved{}, release.StepStarted{})
	hole[2].Seq = 7
	for want, record := range map[string][]release.Event{
		"the record of the run does not hold its start":                                          {},
		"the record is that of the run 20260101-000000-000000, not 20261122-153000-1a2b3c":       foreign,
		"the plan is not the one of the record: sha256:1a2b3c4d, not sha256:ff":                  events(release.RunStarted{Plan: moved}),
		"the steps of the plan are not those of the record":                                      events(release.RunStarted{Plan: other}),
		"the run 20261122-153000-1a2b3c has ended":                                               events(release.RunStarted{Plan: p}, release.RunDone{}),
		"the record of the run has a hole before event 7":                                        hole,
		"the run 20261122-153000-1a2b3c is closed, and nobody continues it: another is released": events(release.RunStarted{Plan: p}, release.Approved{}, release.RunSuperseded{Why: "another is released"}),
		`the approved digest "" is not the plan's, "sha256:1a2b3c4d"`:                            begun[:1],
	} {
		var rec tape
		o := options(p, &rec)
		o.Resume, o.Approved = record, release.Approved{}
		_, err := engine.Run(t.Context(), p, actions(p, nil), o)
		if err == nil || err.Error() != "run plan: "+want {
			t.Errorf("got %v, want %s", err, want)
		}
		if len(rec.lines) > 0 {
			t.Errorf("%s: there are events: %v", want, rec.lines)
		}
	}
}

func TestRun_resumedWithoutAPutBackToComeSaysWhatBecameOfWhatWasCutOff(t *testing.T) {
	for _, policy := range []string{"leave", "ask", "rollback"} {
		t.Run(policy, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := lives()["everything at once"](t) // bucket fails after a second; api and worker are at work
				l.plan.OnFailure = policy
				l.d.on = func(int) {
					if release.Fold(l.d.events).Failed {
						l.v.dead.Store(true)
					}
				}
				_, _ = l.process(t.Context())
				l.d.on = nil
				o := l.options()
				o.Ask = func(_ context.Context, s *release.State) bool { return s.Step("api").Status != release.Done }
				l.v.dead.Store(false)
				s, err := engine.Run(t.Context(), l.plan, l.v.makers(l.plan, l.bad), o)
				if err != nil {
					t.Fatal(err)
				}
				want := map[string]release.Status{"leave": release.Done, "ask": release.Done, "rollback": release.Cancelled}[policy]
				if got := s.Step("api").Status; got != want || s.Rollback != (policy == "rollback") {
					t.Errorf("the api is %s, want %s; put back %v:\n%s", got, want, s.Rollback, l.d.story())
				}
			})
		})
	}
}
