package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/services/books"
)

func TestLease_whoLostItChangesNothingAnyMore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	b.wake(t, id)
	slow, entered, release := b.worker("slow"), make(chan struct{}), make(chan struct{})
	slow.process = func(context.Context, books.Book) error {
		close(entered)
		<-release
		return errors.New("the slow worker failed")
	}
	stop := start(t, slow)
	<-entered
	b.later(t, 2*time.Minute) // as when its machine stood still
	b.worker("quick").handle(t.Context(), wakeup(id))
	b.want(t, id, row{books.Ready, 2, ""})
	close(release)
	b.said.await(t, 1, "lost the lease; the book is another worker's, or deleted", id)
	stop()
	b.want(t, id, row{books.Ready, 2, ""})
}

func TestLease_losingItStopsTheWork(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	w := b.worker("one", func(s *settings) { s.lease, s.limit = 90*time.Millisecond, patient })
	w.process = func(ctx context.Context, _ books.Book) error {
		b.sql(t, `update public.books set attempts = attempts + 1, lease_until = now() + interval '1 hour'`) // another's claim
		<-ctx.Done()
		return ctx.Err()
	}
	w.handle(t.Context(), wakeup(id))
	b.said.await(t, 1, "lost the lease; the book is another worker's, or deleted", id)
	b.want(t, id, row{books.Processing, 2, ""})
}

func TestLease_isRenewedWhileTheWorkGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	w, renewed := b.worker("one", func(s *settings) { s.lease = 3 * time.Second }), make(chan struct{}, 100)
	w.store = broken{Store: w.store, renewed: renewed}
	w.process = func(context.Context, books.Book) error {
		b.sql(t, `update public.books set lease_until = now() - interval '1 hour'`)
		select {
		case <-renewed:
		case <-time.After(patient):
			t.Error("the lease was not renewed")
		}
		var recent bool
		err := b.conn.QueryRow(t.Context(), `select lease_until > now() - interval '30 minutes' from public.books`).Scan(&recent)
		if err != nil || !recent {
			t.Errorf("the renewed lease is recent: %v, %v", recent, err)
		}
		return nil
	}
	w.handle(t.Context(), wakeup(id))
	b.want(t, id, row{books.Ready, 1, ""})
}

// ends is how hold ends a work that never ends by itself, and after which time.
func ends(t *testing.T, w *worker) (after time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	began := time.Now()
	err = w.hold(ctx, silent(), books.Book{ID: bookID(1)}, func(ctx context.Context, _ books.Book) error {
		<-ctx.Done()
		after = time.Since(began)
		return ctx.Err()
	})
	return after, err
}

func TestHold_endsWorkWhoseLeaseMayHaveRunOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &worker{set: usual("one"), store: broken{renew: errors.New("postgres is away")}}
		after, err := ends(t, w)
		if !errors.Is(err, books.ErrLost) || after < w.set.lease || after > w.set.lease*3/2 {
			t.Errorf("got %v after %s, want %v after about %s", err, after, books.ErrLost, w.set.lease)
		}
	})
}

func TestHold_endsWorkThatTakesTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &worker{set: usual("one"), store: broken{Store: endless{}}}
		after, err := ends(t, w)
		if err == nil || !strings.HasPrefix(err.Error(), "it took longer than 5m0s") || after != w.set.limit {
			t.Errorf("got %v after %s", err, after)
		}
	})
}

// endless renews every lease.
type endless struct{ books.Store }

func (endless) Renew(context.Context, books.Book, time.Duration) error { return nil }
