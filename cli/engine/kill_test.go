package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readme/cli/engine"
	"readme/cli/release"
)

// diary is a ledger that outlives processes. At some event it does something: it dies with the process, say.
type diary struct {
	v       *vendors
	events  []release.Event
	batches int
	killAt  int          // the process dies when so many events are on record
	on      func(n int)  // called after each event
	away    int          // the number of the batch from which on it says that it is away, from 1
	written atomic.Int64 // len(events)
	shutAt  atomic.Int64 // how many events there were when it was decided that nothing may begin any more
}

// shut is called when nothing may begin any more.
func (d *diary) shut() {
	if d.v.shut.CompareAndSwap(false, true) {
		d.shutAt.Store(d.written.Load())
	}
}

// begunLate lists what began though nothing might.
func (d *diary) begunLate() []string {
	var late []string
	for _, e := range d.events[d.shutAt.Load():] {
		switch e.Body.(type) {
		case release.StepStarted, release.RollbackStarted:
			late = append(late, fmt.Sprint(e.Step, ": ", e.Body))
		}
	}
	return late
}

func (d *diary) Write(batch []release.Event) error {
	if d.v.dead.Load() {
		return errDead
	}
	for _, e := range batch {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		var read release.Event
		if err := json.Unmarshal(line, &read); err != nil {
			return err
		}
		d.events = append(d.events, read)
		d.written.Store(int64(len(d.events)))
		if d.on != nil {
			d.on(len(d.events))
		}
		if len(d.events) == d.killAt {
			d.v.dead.Store(true)
			return errDead
		}
	}
	if d.batches++; d.away > 0 && d.batches >= d.away {
		d.shut()
		return fmt.Errorf("no route: %w", release.ErrAway)
	}
	return nil
}

// story is what the diary says, for people.
func (d *diary) story() string {
	var lines []string
	for _, e := range d.events {
		lines = append(lines, fmt.Sprintf("%3d %s: %s", e.Seq, e.Step, e.Body))
	}
	return strings.Join(lines, "\n")
}

// life is a plan, the vendors and the diary of its run: several processes may live it.
type life struct {
	t    *testing.T
	plan release.Plan
	bad  map[string]error
	v    *vendors
	d    *diary
}

func (l life) options() engine.Options {
	o := options(l.plan, l.d)
	if len(l.d.events) > 0 {
		o.Resume, o.Approved = l.d.events, release.Approved{How: "the record says", Digest: l.plan.Digest}
	}
	return o
}

// again forgets the run and what it did.
func (l life) again() {
	l.d.events = nil
	clear(l.v.there)
	clear(l.v.effects)
}

// process runs or resumes the plan in a new process.
func (l life) process(ctx context.Context) (*release.State, error) {
	l.v.dead.Store(false)
	l.v.shut.Store(false)
	l.d.batches = 0
	return engine.Run(ctx, l.plan, l.v.makers(l.plan, l.bad), l.options())
}

// rest resumes the run where nothing stops it any more, if it is not over.
func (l life) rest() *release.State {
	l.t.Helper()
	l.v.killAt, l.d.killAt, l.d.on, l.d.away = 0, 0, nil, 0
	if s := release.Fold(l.d.events); s.Over {
		return s
	}
	s, err := l.process(l.t.Context())
	if err != nil {
		l.t.Fatalf("resume: %v\n%s", err, l.d.story())
	}
	if diff := cmp.Diff(release.Fold(l.d.events), s, cmpopts.IgnoreUnexported(release.State{})); diff != "" {
		l.t.Errorf("the fold of the record is not the state (-fold +state):\n%s", diff)
	}
	return s
}

// lives are the runs that the sweeps interrupt.
func lives() map[string]func(*testing.T) life {
	begin := func(bad map[string]error, words ...string) func(*testing.T) life {
		return func(t *testing.T) life {
			t.Helper()
			v := newVendors(t)
			return life{t: t, plan: plan(words...), bad: bad, v: v, d: &diary{v: v}}
		}
	}
	words := []string{"migrations", "bucket", "api<migrations", "worker<migrations,bucket", "check a<api", "clean check a<check a", "check b<worker", "promote<check a,check b"}
	luck := errors.New("no luck")
	return map[string]func(*testing.T) life{
		"good":               begin(nil, words...),
		"a deploy fails":     begin(map[string]error{"worker": luck}, words...),
		"a check fails":      begin(map[string]error{"check b": luck}, words...),
		"a check stands":     begin(map[string]error{"check b": engine.Stands{Why: "not ours", Err: luck}}, words...),
		"the promote fails":  begin(map[string]error{"promote": luck}, words...),
		"the cleanup fails":  begin(map[string]error{"clean check a": luck}, words...),
		"everything at once": begin(map[string]error{"bucket": luck}, "bucket", "api", "worker", "check a", "clean check a<check a"),
	}
}

// same compares the end of an interrupted run with that of one that was not.
func same(t *testing.T, whole, got life, a, b *release.State) {
	t.Helper()
	got.v.once()
	left, want := got.v.live(), whole.v.live()
	for _, st := range b.Steps {
		if st.Step.Kind == release.KindCheck && st.Status == release.Cancelled { // on the way to a failure it leaves what it made, as a check that fails does
			delete(left, st.Step.ID)
			delete(want, st.Step.ID)
		}
		if st.Status == release.Pending || st.Status == release.Running {
			t.Errorf("%s is %s in the end", st.Step.ID, st.Status)
		}
	}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("what is there in the end (-whole +interrupted):\n%s", diff)
	}
	if a.Verdict() != b.Verdict() || a.Exit() != b.Exit() || !b.Over {
		t.Errorf("got %s, exit %d, over %v; want %s, exit %d", b.Verdict(), b.Exit(), b.Over, a.Verdict(), a.Exit())
	}
	if a.Verdict() == release.Released {
		if diff := cmp.Diff(whole.v.effects, got.v.effects); diff != "" {
			t.Errorf("effects (-whole +interrupted):\n%s", diff)
		}
		for i, st := range b.Steps {
			if st.Status != a.Steps[i].Status || !cmp.Equal(st.Outputs, a.Steps[i].Outputs) {
				t.Errorf("%s is %s with %v", st.Step.ID, st.Status, st.Outputs)
			}
		}
	}
	ends, rollbacks := map[string]int{}, 0
	for _, e := range got.d.events {
		switch body := e.Body.(type) {
		case release.StepDone:
			ends[fmt.Sprint(e.Step, body.Undo)]++
		case release.RollbackStarted:
			rollbacks++
		}
	}
	for step, n := range ends {
		if n > 1 || rollbacks > 1 {
			t.Errorf("%s was done %d times, and putting back begun %d times", step, n, rollbacks)
		}
	}
}

// sweep interrupts each of the lives, in a bubble of its own, at one point after the other, until cut says that its point was
// never reached, and compares the ends.
func sweep(t *testing.T, cut func(l life, point int) (reached bool)) {
	t.Helper()
	for name, begin := range lives() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var whole life
			var a *release.State
			synctest.Test(t, func(t *testing.T) {
				whole = begin(t)
				a = whole.rest()
			})
			for point, more := 1, true; more && !t.Failed(); point++ {
				synctest.Test(t, func(t *testing.T) {
					l := begin(t)
					more = cut(l, point)
					same(t, whole, l, a, l.rest())
					if t.Failed() {
						t.Logf("point %d:\n%s", point, l.d.story())
					}
				})
			}
		})
	}
}

func TestRun_killedAfterAnyEventItIsResumedRightly(t *testing.T) {
	sweep(t, func(l life, point int) bool {
		l.d.killAt = point
		_, err := l.process(l.t.Context())
		return errors.Is(err, errDead)
	})
}

func TestRun_killedAfterAnyEffectItIsResumedRightly(t *testing.T) {
	sweep(t, func(l life, point int) bool {
		l.v.killAt = point
		_, err := l.process(l.t.Context())
		return errors.Is(err, errDead)
	})
}

func TestRun_killedAgainWhileItIsResumedItIsResumedRightly(t *testing.T) {
	sweep(t, func(l life, point int) bool {
		rng := rand.New(rand.NewPCG(uint64(point), 2))
		l.d.killAt = point
		_, err := l.process(l.t.Context())
		reached := errors.Is(err, errDead)
		for range 4 {
			if release.Fold(l.d.events).Over {
				return reached
			}
			l.d.killAt = len(l.d.events) + 1 + rng.IntN(12)
			_, err = l.process(l.t.Context())
			if err != nil && !errors.Is(err, errDead) {
				l.t.Fatal(err)
			}
		}
		return reached
	})
}

// stopAt has a process that is told to stop, with this cause, at the point.
func (l life) stopAt(point int, cause error) (s *release.State, reached bool) {
	l.t.Helper()
	ctx, cancel := context.WithCancelCause(l.t.Context())
	defer cancel(nil)
	l.d.on = func(n int) {
		if n == point {
			reached = true
			cancel(cause)
		}
	}
	s, err := l.process(ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	return s, reached
}

func TestRun_toldToStopAtAnyEventItPausesAndIsResumedRightly(t *testing.T) {
	sweep(t, func(l life, point int) bool {
		s, reached := l.stopAt(point, engine.Signal("interrupt"))
		moved := s.Moved() && s.Signal != "" && !s.Failed
		if paused := s.Verdict() == release.Paused; reached && paused != moved {
			l.t.Errorf("%s, and moved %v, signal %q, failed %v", s.Verdict(), s.Moved(), s.Signal, s.Failed)
		}
		if s.Verdict() == release.Paused && (s.Exit() != release.ExitNotPutBack || s.Rollback) {
			l.t.Errorf("exit %d, rollback %v", s.Exit(), s.Rollback)
		}
		if s.Over && s.Signal != "" { // it was ended before anything was changed, and there is nothing to resume
			l.again()
		}
		return reached
	})
}

func TestRun_withoutTheLockNothingBeginsAndItIsResumedRightly(t *testing.T) {
	sweep(t, func(l life, point int) bool {
		ctx, cancel := context.WithCancelCause(l.t.Context())
		defer cancel(nil)
		reached := false
		l.d.on = func(n int) {
			if n != point {
				return
			}
			reached = true
			// The batch is still being written: what it lets begin, begins. One instant later nothing may.
			time.AfterFunc(time.Nanosecond, func() {
				l.d.shut()
				cancel(engine.Lost("ben@laptop has it"))
			})
		}
		s, err := l.process(ctx)
		if err != nil {
			l.t.Fatal(err)
		}
		if late := l.d.begunLate(); l.v.shut.Load() && len(late) > 0 {
			l.t.Errorf("the lock was lost, and there began %v", late)
		}
		if s.Paused != "the lock was lost: ben@laptop has it" && !s.Over {
			l.t.Errorf("paused %q", s.Paused)
		}
		return reached
	})
}

func TestRun_withTheLedgerAwayFromAnyBatchOnNothingBeginsAndItIsResumedRightly(t *testing.T) {
	sweep(t, func(l life, point int) bool {
		l.d.away = point
		s, err := l.process(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		reached := l.d.batches >= point
		if late := l.d.begunLate(); reached && len(late) > 0 {
			l.t.Errorf("the ledger was away, and there began %v", late)
		}
		if last := l.d.events[len(l.d.events)-1].Body.Kind(); reached && last != "run_paused" && last != "run_done" || (s.Paused != "") != (last == "run_paused") {
			l.t.Errorf("it ends with %s, paused %q", last, s.Paused)
		}
		for _, st := range s.Steps {
			if st.Status == release.Running || st.Undo.Status == release.Running {
				l.t.Errorf("%s is running in a run that is paused", st.Step.ID)
			}
			if st.Status == release.Failed && st.Fault.Detail != "no luck" {
				l.t.Errorf("%s failed: %v", st.Step.ID, st.Fault)
			}
		}
		return reached
	})
}
