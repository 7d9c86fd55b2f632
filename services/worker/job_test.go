package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"readme/services/books"
	"readme/services/queue"
)

func TestHandle_outcomes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id, never := bookID(1), func(t *testing.T, w *worker) {
		t.Helper()
		w.process = func(context.Context, books.Book) error { t.Error("the book was processed"); return nil }
	}
	cases := []struct {
		name    string
		row     string // what the row of book 1 says, as SQL
		change  func(t *testing.T, w *worker)
		outcome queue.Outcome
		want    row
	}{
		{"a book that waits gets ready", `status = 'uploaded'`, nil, queue.Outcome{}, row{books.Ready, 1, ""}},
		{
			"a ready book stays so", `status = 'ready', attempts = 3`, never,
			queue.Outcome{},
			row{books.Ready, 3, ""},
		},
		{
			"a book under another's lease is left alone", `status = 'processing', attempts = 1, lease_until = now() + interval '1 hour'`, never,
			queue.Outcome{},
			row{books.Processing, 1, ""},
		},
		{
			"a book whose lease ran out is taken", `status = 'processing', attempts = 1, lease_until = now() - interval '1 second'`, nil,
			queue.Outcome{},
			row{books.Ready, 2, ""},
		},
		{
			"a book that killed five workers is given up untouched", `status = 'processing', attempts = 5, lease_until = now() - interval '1 second'`, never,
			queue.Outcome{Dead: "the worker died each time it worked on this book"},
			row{books.Failed, 6, "the worker died each time it worked on this book"},
		},
		{
			"a book that was given up without its dead letter gets one", `status = 'failed', attempts = 5, error = 'no file'`, never,
			queue.Outcome{Dead: "no file"},
			row{books.Failed, 5, "no file"},
		},
		{
			"an end that cannot be recorded stays in the queue", `status = 'uploaded'`,
			func(_ *testing.T, w *worker) { w.store = broken{Store: w.store, settle: errors.New("away")} },
			queue.Outcome{Leave: true},
			row{books.Processing, 1, ""},
		},
		{
			"storage that is away costs an attempt", `status = 'uploaded'`,
			func(_ *testing.T, w *worker) { w.files = away{w.files} },
			queue.Outcome{},
			row{books.Uploaded, 1, "check the file: storage is away"},
		},
	}
	b.upload(t, 1)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b.sql(t, `update public.books set attempts = 0, error = '', lease_until = null, next_attempt_at = now()`)
			b.sql(t, `update public.books set `+tc.row)
			w := b.worker("one")
			if tc.change != nil {
				tc.change(t, w)
			}
			if got := w.handle(t.Context(), wakeup(id)); got != tc.outcome {
				t.Errorf("the outcome is %+v, want %+v", got, tc.outcome)
			}
			b.want(t, id, tc.want)
		})
	}
}

// unsteady is a store whose claims fail, each as the test says, until it gives nil.
type unsteady struct {
	books.Store
	claim func() error
}

func (s unsteady) Claim(ctx context.Context, id books.ID, lease time.Duration) (books.Book, error) {
	if err := s.claim(); err != nil {
		return books.Book{}, err
	}
	return s.Store.Claim(ctx, id, lease)
}

func TestHandle_asksAgainWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.upload(t, 1)
	w := b.worker("one")
	left := 1
	w.store = unsteady{Store: w.store, claim: func() error {
		if left == 0 {
			return nil
		}
		left--
		return errors.New("away")
	}}
	if got := w.handle(t.Context(), wakeup(bookID(1))); got != (queue.Outcome{}) {
		t.Errorf("the outcome is %+v", got)
	}
	b.want(t, bookID(1), row{books.Ready, 1, ""})
}

func TestHandle_leavesTheWakeUpWhenItStopsWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.upload(t, 1)
	w := b.worker("one")
	ctx, cancel := context.WithCancel(t.Context())
	w.store = unsteady{Store: w.store, claim: func() error {
		cancel()
		return errors.New("away")
	}}
	if got := w.handle(ctx, wakeup(bookID(1))); got != (queue.Outcome{Leave: true}) {
		t.Errorf("the outcome is %+v", got)
	}
	b.want(t, bookID(1), row{books.Uploaded, 0, ""})
}

func TestHandle_dropsTheWakeUpOfADeletedBook(t *testing.T) {
	t.Parallel()
	if got := newBench(t).worker("one").handle(t.Context(), wakeup(bookID(404))); got != (queue.Outcome{}) {
		t.Errorf("the outcome is %+v", got)
	}
}

func TestReason_isShortAndFitForARow(t *testing.T) {
	t.Parallel()
	got := reason(errors.New("a\x00b\xffc " + strings.Repeat("ü", maxReason)))
	if !strings.HasPrefix(got, "abc üü") || len(got) > maxReason || strings.ToValidUTF8(got, "?") != got {
		t.Errorf("got %q, %d bytes", got, len(got))
	}
}

// broken is a table that does not answer to everything.
type broken struct {
	books.Store
	settle, renew error
	renewed       chan<- struct{}
}

func (s broken) Settle(ctx context.Context, claimed books.Book, v books.Verdict) error {
	if s.settle != nil {
		return s.settle
	}
	return s.Store.Settle(ctx, claimed, v)
}

func (s broken) Renew(ctx context.Context, claimed books.Book, lease time.Duration) error {
	if s.renew != nil {
		return s.renew
	}
	err := s.Store.Renew(ctx, claimed, lease)
	if s.renewed != nil && err == nil {
		s.renewed <- struct{}{}
	}
	return err
}

// away is a storage that does not answer.
type away struct{ books.Blobs }

func (away) Stat(context.Context, string) (int64, error) { return 0, errors.New("storage is away") }

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
