package engine_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/engine"
	"readme/cli/release"
)

// close closes the run in a new process.
func (l life) close(ctx context.Context) (*release.State, error) {
	l.v.dead.Store(false)
	l.d.batches = 0
	return engine.Close(ctx, l.plan, l.v.makers(l.plan, l.bad), l.options(), "another commit is released")
}

// closed checks a run that was closed: nothing was done for it, and its record says of everything that was cut off what became of it.
func (l life) closed(s *release.State, before map[string]int) {
	l.t.Helper()
	if diff := cmp.Diff(before, l.v.effects); diff != "" {
		l.t.Errorf("closing it had effects (-before +after):\n%s", diff)
	}
	if s.Verdict() != release.Superseded || !s.Over || s.Resumable() || s.Superseded != "another commit is released" {
		l.t.Errorf("got %s, over %v: %q", s.Verdict(), s.Over, s.Superseded)
	}
	for _, st := range s.Steps {
		made := l.v.has(st.Step.ID) && l.bad[st.Step.ID] == nil
		if st.Undo.Status == "" && len(st.Undo.Intents) > 0 {
			l.t.Errorf("nobody says what became of putting back %s", st.Step.ID)
		}
		if gone := !l.v.has(st.Step.ID); len(st.Undo.Intents) > 0 && gone != (st.Undo.Status == release.Done) {
			l.t.Errorf("putting back %s is %s, and it is gone: %v", st.Step.ID, st.Undo.Status, gone)
		}
		if st.Changed() && st.Undo.Status == "" && made != (st.Status == release.Done) {
			l.t.Errorf("%s is %s, and there: %v", st.Step.ID, st.Status, made)
		}
		if st.Status == release.Running {
			l.t.Errorf("%s is running in a run that is over", st.Step.ID)
		}
	}
	if l.t.Failed() {
		l.t.Log(l.d.story())
	}
}

// cutOff calls with each life, killed at each event and at each effect, in a bubble of its own.
func cutOff(t *testing.T, then func(l life)) {
	t.Helper()
	for name, begin := range lives() {
		for point, more := 1, true; more && !t.Failed(); point++ {
			synctest.Test(t, func(t *testing.T) {
				l := begin(t)
				l.d.killAt = point / 2
				if point%2 == 1 {
					l.d.killAt, l.v.killAt = 0, point/2+1
				}
				_, err := l.process(t.Context())
				if errors.Is(err, errDead) {
					l.d.killAt, l.v.killAt = 0, 0
					if !release.Fold(l.d.events).Over {
						then(l)
					}
				} else {
					more = point%2 == 1 // there are more events than effects
				}
				if t.Failed() {
					t.Errorf("%s, point %d", name, point)
				}
			})
		}
	}
}

func TestClose_findsOutWhatWasCutOffAndDoesNothingNew(t *testing.T) {
	cutOff(t, func(l life) {
		before := maps.Clone(l.v.effects)
		s, err := l.close(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		l.closed(s, before)
	})
}

func TestClose_killedAtAnyEventItIsClosedAgain(t *testing.T) {
	cutOff(t, func(l life) {
		before := maps.Clone(l.v.effects)
		for i := range 20 { // each process gets one event further than the one before
			l.d.killAt = len(l.d.events) + 1 + i
			s, err := l.close(l.t.Context())
			if err == nil {
				l.closed(s, before)
				return
			}
			if !errors.Is(err, errDead) {
				l.t.Fatal(err)
			}
			if s := release.Fold(l.d.events); s.Over {
				l.closed(s, before)
				return
			}
		}
		l.t.Errorf("it is never closed:\n%s", l.d.story())
	})
}

func TestClose_toldToStopOrWithTheLedgerAwayLeavesTheRunPaused(t *testing.T) {
	for _, away := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := lives()["good"](t)
			l.v.killAt = 3
			_, _ = l.process(t.Context())
			l.v.killAt = 0
			before := maps.Clone(l.v.effects)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if away {
				l.d.away = 2
			} else {
				time.AfterFunc(time.Second/2, func() { cancel(engine.Signal("interrupt")) })
			}
			s, err := l.close(ctx)
			if err != nil || s.Verdict() != release.Paused || !s.Resumable() || !cmp.Equal(before, l.v.effects) {
				t.Errorf("away %v: %v, %s:\n%s", away, err, s.Verdict(), l.d.story())
			}
			l.d.away = 0
			if s, err = l.close(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.closed(s, before)
		})
	}
}

func TestClose_goesWithoutTheActionsThatCannotBeHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lives()["good"](t)
		l.v.killAt = 3
		_, _ = l.process(t.Context())
		l.v.dead.Store(false)
		s, err := engine.Close(t.Context(), l.plan, nil, l.options(), "its archive is gone")
		if err != nil || s.Verdict() != release.Superseded {
			t.Errorf("got %v, %v", s, err)
		}
	})
}

func TestClose_needsARecordThatIsNotOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lives()["good"](t)
		if _, err := engine.Close(t.Context(), l.plan, nil, l.options(), "x"); err == nil || err.Error() != "close run: there is no record of it" {
			t.Errorf("got %v", err)
		}
		l.rest()
		if _, err := engine.Close(t.Context(), l.plan, nil, l.options(), "x"); err == nil || err.Error() != "close run: the run 20261122-153000-1a2b3c has ended" {
			t.Errorf("got %v", err)
		}
	})
}
