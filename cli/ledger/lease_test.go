package ledger_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"readme/cli/ledger"
)

func TestAcquire_manyAtOnceExactlyOneGetsIt(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	for round := range 3 {
		var mu sync.Mutex
		var got []*ledger.Lease
		held := 0
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				l, err := d.Acquire(t.Context(), me(run))
				mu.Lock()
				defer mu.Unlock()
				if _, isHeld := errors.AsType[*ledger.HeldError](err); isHeld {
					held++
				} else if err != nil {
					t.Error(err)
				} else {
					got = append(got, l)
				}
			})
		}
		all.Wait()
		if len(got) != 1 || held != 7 {
			t.Fatalf("round %d: %d got it, %d were told that it is held", round, len(got), held)
		}
		if epoch := got[0].Holder().Epoch; epoch != int64(round+1) {
			t.Errorf("got epoch %d in round %d", epoch, round)
		}
		for range 2 {
			if err := got[0].Release(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAcquire_saysWhoHoldsItAndTakesItWhenItHasExpired(t *testing.T) {
	t.Parallel()
	d, _, shift := warped(t)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, err := d.Acquire(t.Context(), ledger.Holder{Run: run, Owner: "ci@runner", Host: "runner", CI: "https://ci.example/7", PID: 3, Step: "migrations"})
	if err != nil {
		t.Fatal(err)
	}
	releaseAfter(t, first)
	shift("30 s")
	_, err = d.Acquire(t.Context(), me("20261122-160000-bbbbbb"))
	held, ok := errors.AsType[*ledger.HeldError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	h := held.Holder
	if h.Env != "prod" || h.Run != run || h.CI != "https://ci.example/7" || h.PID != 3 || h.Epoch != 1 || h.Age < 29*time.Second || h.Left > 31*time.Second {
		t.Errorf("got %+v", h)
	}
	for _, want := range []string{"ci@runner (https://ci.example/7)", run, "at migrations", "prod"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: lacks %s", err, want)
		}
	}
	shift("61 s")
	if h, still, err := d.Lease(t.Context()); still || err != nil {
		t.Errorf("after its end: got %v, %v", h, err)
	}
	if second := acquire(t, d, "20261122-160000-bbbbbb"); second.Holder().Epoch != 2 {
		t.Errorf("got epoch %d", second.Holder().Epoch)
	}
	conn := dialConn(t, d)
	if err := first.Check(t.Context(), conn); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("the first one's check: got %v", err)
	}
	if err := first.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if h, held, err := d.Lease(t.Context()); !held || h.Epoch != 2 || err != nil {
		t.Errorf("the first one's release freed the second's lock: got %v, %v", h, err)
	}
}

func TestLease_isRenewedAndTellsItsStep(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	l := quick(t, d, ledger.Pace{Life: deadline, Every: 5 * time.Millisecond, Margin: time.Second, Again: time.Millisecond, Try: deadline})
	l.SetStep("deploy api")
	for over := time.Now().Add(deadline); ; {
		h, held, err := d.Lease(t.Context())
		if err != nil || !held {
			t.Fatalf("got %v, %v", held, err)
		}
		if h.Step == "deploy api" && h.Renewed.After(h.Acquired) && h.Expires.Sub(h.Renewed) > deadline-time.Second {
			break
		}
		if time.Now().After(over) {
			t.Fatalf("got %+v", h)
		}
	}
}

func TestLease_thatIsRenewedOutlivesItsFirstEndByOurOwnClock(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	l := quick(t, d, ledger.Pace{Life: time.Hour, Every: time.Millisecond, Margin: time.Hour - 4*time.Second, Again: time.Millisecond, Try: deadline})
	for over := time.Now().Add(deadline); ; {
		h, held, err := d.Lease(t.Context())
		if err != nil || !held || time.Now().After(over) {
			t.Fatal(h, held, err)
		}
		if h.Renewed.Sub(h.Acquired) > 5*time.Second {
			break
		}
		select {
		case <-l.Lost():
			t.Fatal(l.Err())
		case <-time.After(100 * time.Millisecond): // only so that the question is not asked a thousand times
		}
	}
	if err := l.Err(); err != nil {
		t.Error(err)
	}
}

func TestLease_takenByAnotherIsLost(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	l := quick(t, d, ledger.Pace{Life: deadline, Every: 5 * time.Millisecond, Margin: time.Second, Again: time.Millisecond, Try: deadline})
	seen, held, err := d.Lease(t.Context())
	if err != nil || !held {
		t.Fatal(held, err)
	}
	if err := d.Break(t.Context(), seen); err != nil {
		t.Fatal(err)
	}
	wait(t, l.Lost(), "the lease is lost")
	if err := l.Err(); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("got %v", err)
	}
	if err := l.Hold(t.Context(), nil); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("got %v", err)
	}
	if err := d.Break(t.Context(), seen); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("breaking what was broken: got %v", err)
	}
	if next := acquire(t, d, run); next.Holder().Epoch != seen.Epoch+2 {
		t.Errorf("got epoch %d after %d", next.Holder().Epoch, seen.Epoch)
	}
}

func quick(t *testing.T, d ledger.Database, p ledger.Pace) *ledger.Lease {
	t.Helper()
	l, err := ledger.AcquireAt(t.Context(), d, me(run), p)
	if err != nil {
		t.Fatal(err)
	}
	releaseAfter(t, l)
	return l
}
