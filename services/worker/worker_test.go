package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"readme/services/books"
	"readme/services/queue"
)

func TestWorker_processesAJobOnceAndSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	b.wake(t, id)
	b.wake(t, id) // at least once is what the queue promises
	stop := start(t, b.worker("one"))
	b.said.await(t, 1, "your book is ready", id)
	stop()
	b.want(t, id, row{books.Ready, 1, ""})
	lines := b.said.about(t, "processing your book", id)
	if len(lines) != 1 {
		t.Fatalf("it said %d times that it processes the book; the log:\n%s", len(lines), b.said)
	}
	if lines[0]["level"] != "INFO" || lines[0]["attempt"] != 1.0 || lines[0]["trace"] != "test" {
		t.Errorf("the line is %v", lines[0])
	}
	if left := b.waiting(t, queue.Stream); len(left) != 0 {
		t.Errorf("the queue still holds %v", left)
	}
}

func TestWorker_findsTheJobOfAnAPIThatDiedBeforeTheWakeUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	b.later(t, time.Minute)
	stop := start(t, b.worker("one"))
	if line := b.said.await(t, 1, "processing your book", id); line["trace"] != "sweep" {
		t.Errorf("the line is %v", line)
	}
	b.said.await(t, 1, "your book is ready", id)
	stop()
	b.want(t, id, row{books.Ready, 1, ""})
}

func TestWorker_givesABookUpAfterFiveAttempts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	b.files.Keep(books.PathOf(household, id), []byte("half"))
	w := b.worker("one")
	stop := start(t, w)
	const why = "the file in storage has 4 bytes, but 15 were uploaded"
	for n := 1; n < 5; n++ {
		b.later(t, time.Hour)
		if err := w.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		line := b.said.await(t, n, "the attempt failed", id)
		if line["attempt"] != float64(n) || line["reason"] != why {
			t.Errorf("the line is %v", line)
		}
		b.want(t, id, row{books.Uploaded, n, why})
	}
	b.later(t, time.Hour)
	if err := w.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.said.await(t, 1, "gave the book up", id)
	stop()
	b.want(t, id, row{books.Failed, 5, why})
	dead, err := b.raw.XRange(t.Context(), queue.Dead, "-", "+").Result()
	if err != nil || len(dead) != 1 || dead[0].Values["id"] != string(id) || dead[0].Values["reason"] != why {
		t.Errorf("the dead letters are %v, %v", dead, err)
	}
	if left := b.waiting(t, queue.Stream); len(left) != 0 {
		t.Errorf("the queue still holds %v", left)
	}
}

func TestWorker_waitsBeforeTheNextAttempt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	b.files.Keep(books.PathOf(household, id), nil)
	w := b.worker("one")
	if got := w.handle(t.Context(), wakeup(id)); got != (queue.Outcome{}) {
		t.Errorf("the outcome is %+v", got)
	}
	w.handle(t.Context(), wakeup(id)) // a wake-up that comes early
	b.want(t, id, row{books.Uploaded, 1, "the file in storage has 0 bytes, but 15 were uploaded"})
	for attempt, want := range map[int]time.Duration{1: 30 * time.Second, 2: 2 * time.Minute, 3: 8 * time.Minute, 4: 30 * time.Minute, 90: 30 * time.Minute} {
		if got := w.pause(attempt); got < want*4/5 || got > want*6/5 {
			t.Errorf("after attempt %d it waits %s, want %s and a fifth more or less", attempt, got, want)
		}
	}
}

func TestWorker_goesOnWhenRedisComesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.gate.set(true)
	first, second := b.upload(t, 1), b.upload(t, 2)
	b.later(t, time.Minute)
	stop := start(t, b.worker("one", func(s *settings) { s.every, s.stale = 20*time.Millisecond, 20*time.Millisecond }))
	b.said.await(t, 2, "the queue does not answer", "")
	b.said.await(t, 1, "the sweep did not finish; the next one goes on", "")
	b.gate.set(false)
	b.said.await(t, 1, "your book is ready", first)
	b.said.await(t, 1, "your book is ready", second)

	before := len(b.said.about(t, "the queue does not answer", ""))
	b.gate.set(true)
	b.said.await(t, before+1, "the queue does not answer", "")
	third := b.upload(t, 3)
	b.flush() // it comes back empty
	b.gate.set(false)
	b.said.await(t, 1, "your book is ready", third)
	stop()
	for _, id := range []books.ID{first, second, third} {
		b.want(t, id, row{books.Ready, 1, ""})
	}
}

func TestWorker_takesOverWhatAStoppedWorkerHandedBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.upload(t, 1)
	b.wake(t, id)
	w, entered := b.worker("one", func(s *settings) { s.queue.Drain = time.Millisecond }), make(chan struct{})
	w.process = func(ctx context.Context, _ books.Book) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}
	stop := start(t, w)
	<-entered
	stop()
	b.want(t, id, row{books.Uploaded, 1, "the worker was stopped"})
	stop = start(t, b.worker("two"))
	b.said.await(t, 1, "your book is ready", id)
	stop()
	b.want(t, id, row{books.Ready, 2, ""})
}

func TestAwait_asksWithPausesUntilThereIsAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		said := newRecords()
		w := &worker{log: slog.New(slog.NewJSONHandler(said, nil))}
		fails, began := 4, time.Now()
		ok := w.await(t.Context(), "postgres", func(context.Context) error {
			if fails--; fails >= 0 {
				return errors.New("refused")
			}
			return nil
		})
		passed := time.Since(began)
		if !ok || passed < 12*time.Second || passed > 18*time.Second { // 1 + 2 + 4 + 8, a fifth more or less
			t.Errorf("got %v after %s", ok, passed)
		}
		if lines := said.about(t, "postgres does not answer", ""); len(lines) != 4 || lines[3]["failures"] != 4.0 {
			t.Errorf("it said:\n%s", said)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if w.await(ctx, "postgres", func(context.Context) error { return errors.New("refused") }) {
			t.Error("it takes the end of its context for an answer")
		}
	})
}
