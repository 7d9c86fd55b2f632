package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/engine"
	"readme/cli/release"
)

func TestRun_asksWhetherToPutBack(t *testing.T) {
	for name, c := range map[string]struct {
		ask  func(context.Context, *release.State) bool
		want release.Verdict
	}{
		"yes":    {func(context.Context, *release.State) bool { return true }, release.PutBack},
		"no":     {func(context.Context, *release.State) bool { return false }, release.Left},
		"nobody": {nil, release.PutBack},
		"it is told what happened": {func(_ context.Context, s *release.State) bool {
			return s.Step("worker").Fault != nil && s.Failed && !s.Rollback
		}, release.PutBack},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := plan("api", "worker<api")
				p.OnFailure = "ask"
				var rec tape
				o := options(p, &rec)
				o.Ask = c.ask
				s, err := engine.Run(t.Context(), p, actions(p, map[string]engine.Action{"worker": fails(0)}), o)
				if err != nil || s.Verdict() != c.want {
					t.Errorf("got %v, %s, want %s", err, s.Verdict(), c.want)
				}
			})
		})
	}
}

func TestRun_toldToStopWhileItAsksItPausesAndAsksAgainWhenResumed(t *testing.T) {
	for at, before := range map[time.Duration]int{time.Minute: 1, 7500 * time.Millisecond: 0} { // the worker fails after 7 s, and a check goes on
		t.Run(at.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := lives()["a deploy fails"](t)
				l.plan.OnFailure = "ask"
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(at, func() { cancel(engine.Signal("interrupt")) })
				asked := 0
				o := l.options()
				o.Ask = func(ctx context.Context, _ *release.State) bool {
					asked++
					<-ctx.Done()
					return true
				}
				s, err := engine.Run(ctx, l.plan, l.v.makers(l.plan, l.bad), o)
				if err != nil || s.Verdict() != release.Paused || s.Rollback || asked != before {
					t.Fatalf("got %v, %s, asked %d times:\n%s", err, s.Verdict(), asked, l.d.story())
				}
				o = l.options()
				o.Ask = func(context.Context, *release.State) bool {
					asked++
					return true
				}
				if s, err = engine.Run(t.Context(), l.plan, l.v.makers(l.plan, l.bad), o); err != nil || s.Verdict() != release.PutBack || asked != before+1 {
					t.Errorf("got %v, %s, asked %d times", err, s.Verdict(), asked)
				}
			})
		})
	}
}

func TestRun_aFailureThatStandsStopsTheRunAndNothingIsPutBack(t *testing.T) {
	stands := func(err error) fake {
		return fake{do: func(context.Context, *engine.Task) (release.StepDone, error) {
			return release.StepDone{}, fmt.Errorf("check: %w", engine.Stands{Why: "it needs the bot, which did not change", Err: err})
		}}
	}
	for name, c := range map[string]struct {
		special map[string]engine.Action
		want    release.Verdict
	}{
		"alone":            {map[string]engine.Action{"check a": stands(errors.New("503"))}, release.Unproven},
		"beside a failure": {map[string]engine.Action{"check a": stands(errors.New("503")), "check b": fails(0)}, release.PutBack},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := &release.Fault{Title: "it does not answer", Try: "look"}
				s, _ := run(t.Context(), t, plan("api", "check a<api", "check b<api", "promote<check a"), map[string]engine.Action{"check a": stands(fault)})
				if st := s.Step("check a"); st.Stands != "it needs the bot, which did not change" || st.Fault.Title != fault.Title {
					t.Errorf("got %q, %v", st.Stands, st.Fault)
				}
				s, rec := run(t.Context(), t, plan("api", "check a<api", "check b<api", "promote<check a"), c.special)
				if s.Verdict() != c.want || s.Step("promote").Status != release.Skipped {
					t.Errorf("got %s, promote %s:\n%s", s.Verdict(), s.Step("promote").Status, strings.Join(rec.story(t), "\n"))
				}
			})
		})
	}
}

func TestRun_anIntentThatCameTooLateForTheLedgerIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendors(t)
		d := &diary{v: v, away: 4}
		p := plan("api", "worker")
		special := map[string]engine.Action{
			"api": fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
				if err := t.Intent("first", 1); err != nil {
					return release.StepDone{}, err
				}
				_ = wait(ctx, 2*time.Second)
				if err := t.Intent("second", 2); err != nil {
					return release.StepDone{}, &release.Fault{Title: "it was refused: " + err.Error()} // and its cause is lost
				}
				return release.StepDone{}, nil
			}},
			"worker": takes(3 * time.Second),
		}
		s, err := engine.Run(t.Context(), p, actions(p, special), options(p, d))
		want := []string{
			": release of readme@ to local started by ada@box", ": approved by ada@box (box)", "api: started", "worker: started",
			"api: first", "worker: do worker", "api: second", ": stopping: the environment's record cannot be reached",
			"api: cancelled: the environment's record cannot be reached", "worker: did (3.0s)",
			": paused, and can be resumed: the environment's record cannot be reached",
		}
		var got []string
		for line := range strings.SplitSeq(d.story(), "\n") {
			got = append(got, line[4:])
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if diff := cmp.Diff([]string{"1", "2"}, []string{string(s.Step("api").Intents[0]), string(s.Step("api").Intents[1])}); diff != "" {
			t.Error("an intent that was refused may be one that tells of what has happened: " + diff)
		}
	})
}

func TestRun_aStepThatDoesNotStopWhenTheRunIsToldToHasNotFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(engine.Signal("interrupt")) })
		over := make(chan struct{})
		s, _ := run(ctx, t, plan("api"), map[string]engine.Action{"api": fake{do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
			defer close(over)
			err := t.Intent("upload", nil)
			time.Sleep(time.Hour)
			return release.StepDone{}, err
		}}})
		if st := s.Step("api"); st.Status != release.Cancelled || st.Text != "it did not stop when it was told to" || s.Verdict() != release.Paused {
			t.Errorf("got %s, %q, %s", st.Status, st.Text, s.Verdict())
		}
		<-over
	})
}

func TestTask_anIntentIsRefusedIfTheRunIsStoppedWhileItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		v := newVendors(t)
		d := &diary{v: v}
		d.on = func(n int) {
			if n == 5 { // the intent
				cancel(engine.Signal("interrupt"))
			}
		}
		p := plan("api", "worker")
		var got error
		s, err := engine.Run(ctx, p, actions(p, map[string]engine.Action{"api": fake{do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
			got = t.Intent("upload", nil)
			return release.StepDone{}, got
		}}}), options(p, d))
		if !errors.Is(got, engine.Signal("interrupt")) || err != nil || s.Verdict() != release.Paused {
			t.Errorf("the intent: %v; %v, %s:\n%s", got, err, s.Verdict(), d.story())
		}
	})
}

// awayFrom is a ledger that is away from the first batch on which holds such an event.
type awayFrom struct {
	tape

	event func(release.Event) bool
	away  bool
}

func (a *awayFrom) Write(batch []release.Event) error {
	a.away = a.away || slices.ContainsFunc(batch, a.event)
	err := a.tape.Write(batch)
	if a.away {
		err = fmt.Errorf("no answer: %w", release.ErrAway)
	}
	return err
}

// seeker is a maker that can look up what was cut off; it counts how often it is asked to do anything.
type seeker struct {
	fake

	asked *int
}

func (s seeker) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	*s.asked++
	return release.StepDone{}, nil
}

func (s seeker) Reconcile(context.Context, *engine.Task, engine.Was) (release.StepDone, bool, error) {
	*s.asked++
	return release.StepDone{}, true, nil
}

func TestRun_anUndoWhoseStartIsNotOnRecordDoesNotBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		p := plan("api", "check<api")
		rec := &awayFrom{event: func(e release.Event) bool { b, ok := e.Body.(release.StepStarted); return ok && b.Undo }}
		s, err := engine.Run(t.Context(), p, actions(p, map[string]engine.Action{"api": seeker{asked: &asked}, "check": fails(0)}), options(p, rec))
		if err != nil || s.Verdict() != release.Paused || asked != 0 {
			t.Errorf("got %v, %s, and it was asked %d times", err, s.Verdict(), asked)
		}
	})
}

func TestClose_aLookWhoseStartIsNotOnRecordDoesNotBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		p := plan("api")
		var rec tape
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second/2, func() { cancel(engine.Signal("interrupt")) })
		if s, err := engine.Run(ctx, p, actions(p, nil), options(p, &rec)); err != nil || s.Verdict() != release.Paused {
			t.Fatalf("got %v, %s", err, s.Verdict())
		}
		gone := &awayFrom{event: func(e release.Event) bool { _, ok := e.Body.(release.StepStarted); return ok }}
		o := options(p, gone)
		o.Resume = rec.events(t)
		s, err := engine.Close(t.Context(), p, actions(p, map[string]engine.Action{"api": seeker{asked: &asked}}), o, "another follows")
		if err != nil || s.Verdict() != release.Paused || asked != 0 {
			t.Errorf("got %v, %s, and it was asked %d times", err, s.Verdict(), asked)
		}
	})
}
