package ledger_test

import (
	"errors"
	"testing"
	"time"

	"readme/cli/ledger"
	"readme/cli/release"
)

// A database whose clock is ten years off this machine's, and then jumps: the lock, the record and the lists depend on its clock alone, and durations on none.
func TestClock_ofThisMachineMayBeAnything(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]string{"ten years behind the database": "10 years", "ten years ahead of it": "-10 years"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _, shift := warped(t)
			shift(apart)
			if err := d.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			l := acquire(t, d, run)
			r, _ := create(t, d, l)
			writeAll(t, r, story(run, "prod")[:4])
			_, err := d.Acquire(t.Context(), me("20261122-160000-bbbbbb"))
			held, ok := errors.AsType[*ledger.HeldError](err)
			if !ok || held.Holder.Age > deadline || held.Holder.Age < 0 || held.Holder.Left <= 0 {
				t.Fatalf("got %v", err)
			}
			shift(apart + " 61 seconds")
			if err := r.Write(story(run, "prod")[4:7]); !errors.Is(err, ledger.ErrFenced) {
				t.Errorf("after its end: got %v", err)
			}
			if next := acquire(t, d, "20261122-160000-bbbbbb"); next.Holder().Epoch != 2 {
				t.Errorf("got epoch %d", next.Holder().Epoch)
			}
		})
	}
}

// A database's clock that is put back makes nobody lose anything: the lease only lasts longer, until it is renewed.
func TestClock_ofTheDatabaseThatIsPutBack(t *testing.T) {
	t.Parallel()
	d, _, shift := warped(t)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, d, run)
	r, _ := create(t, d, l)
	shift("-1 hour")
	writeAll(t, r, story(run, "prod"))
	if err := errors.Join(r.Close(t.Context()), l.Release(t.Context())); err != nil {
		t.Fatal(err)
	}
	if h, held, err := d.Lease(t.Context()); held || err != nil {
		t.Errorf("it was not freed: %v, %v", h, err)
	}
	if list, err := d.Runs(t.Context(), 3); err != nil || len(list) != 1 || list[0].State.Verdict() != release.Released || list[0].Gone {
		t.Errorf("got %v, %v", list, err)
	}
}

// A machine that slept past the end of its lease does not revive it, even if nobody has taken the lock meanwhile: somebody may have had it and let it go.
func TestLease_thatHasExpiredIsNotRenewed(t *testing.T) {
	t.Parallel()
	d, _, shift := warped(t)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	shift("-1 hour")
	l, err := ledger.AcquireAt(t.Context(), d, me(run), ledger.Pace{Life: 10 * time.Minute, Every: 50 * time.Millisecond, Again: 10 * time.Millisecond, Try: deadline})
	if err != nil {
		t.Fatal(err)
	}
	releaseAfter(t, l)
	shift("0 s")
	wait(t, l.Lost(), "the lease is lost")
	if err := l.Err(); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("got %v", err)
	}
	if h, held, err := d.Lease(t.Context()); held || err != nil {
		t.Errorf("it is held again: %v, %v", h, err)
	}
}
