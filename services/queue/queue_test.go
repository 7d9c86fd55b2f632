package queue_test

import (
	"cmp"
	"context"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"readme/services/books"
	"readme/services/queue"
)

func book(n int) books.ID { return books.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)) }

// TestQueue runs every case on miniredis, in a bubble, and on a real server.
func TestQueue(t *testing.T) {
	cases := []struct {
		name string
		run  func(t *testing.T, s server)
	}{
		{"a wake-up is handled once and leaves nothing behind", handledOnce},
		{"a wake-up that was sent before the first worker counts", sentBefore},
		{"a job costs at most four commands", fourCommands},
		{"a given-up wake-up ends among the dead letters", deadLetter},
		{"an entry that nobody can read ends among the dead letters", unreadable},
		{"what a killed worker had in hand goes to its successor first", successor},
		{"what a killed worker had in hand is taken over by another", takenOver},
		{"a handler that is at work keeps its entry", keepsEntry},
		{"a flushed Redis is prepared again", flushed},
		{"a server that ends idle connections loses no job", idleCut},
		{"one that ends every connection of the api costs no upload its wake-up", poolCut},
		{"a worker takes no more than it has slots", noMoreThanSlots},
		{"the end of the context lets handlers finish", drains},
		{"a handler that goes on after the drain time is told to stop", drainEnds},
	}
	for _, tc := range cases {
		t.Run("miniredis/"+tc.name, func(t *testing.T) { onMiniredis(t, tc.run) })
		t.Run("redis/"+tc.name, func(t *testing.T) { onRedis(t, tc.run) })
	}
}

// start runs a consumer until stop is called; stop returns what Run returned.
func start(t *testing.T, s server, name string, q *queue.Queue, handle queue.Handler) (stop func() error) {
	t.Helper()
	set := s.set
	set.Name = name
	set.Slots = cmp.Or(set.Slots, 2)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.NewConsumer(set).Run(ctx, handle) }()
	return func() error { cancel(); return <-ended }
}

// into makes a handler that sends what it gets and is done.
func into(got chan<- books.Wakeup) queue.Handler {
	return func(_ context.Context, w books.Wakeup) queue.Outcome { got <- w; return queue.Outcome{} }
}

func enqueue(t *testing.T, q *queue.Queue, n int) {
	t.Helper()
	if err := q.Enqueue(t.Context(), books.Wakeup{Book: book(n), Attempt: 1, Trace: "test"}); err != nil {
		t.Fatal(err)
	}
}

// left counts the entries of the stream, and those of them that are pending.
func left(t *testing.T, s server) (entries, pending int64) {
	t.Helper()
	entries, err := s.raw.XLen(t.Context(), queue.Stream).Result()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := s.raw.XPending(t.Context(), queue.Stream, queue.Group).Result()
	if err != nil {
		t.Fatal(err)
	}
	return entries, sum.Count
}

func wantEmpty(t *testing.T, s server) {
	t.Helper()
	if entries, pending := left(t, s); entries != 0 || pending != 0 {
		t.Errorf("%d entries are left, %d of them pending", entries, pending)
	}
}

func stopped(t *testing.T, stop func() error) {
	t.Helper()
	if err := stop(); err != nil {
		t.Errorf("run: %v", err)
	}
}

func handledOnce(t *testing.T, s server) {
	t.Helper()
	q, got := s.open(), make(chan books.Wakeup, 10)
	stop := start(t, s, "one", q, into(got))
	for n := range 3 {
		enqueue(t, q, n)
	}
	seen := map[books.Wakeup]bool{}
	for range 3 {
		seen[<-got] = true
	}
	stopped(t, stop)
	want := map[books.Wakeup]bool{}
	for n := range 3 {
		want[books.Wakeup{Book: book(n), Attempt: 1, Trace: "test"}] = true
	}
	if diff := gocmp.Diff(want, seen); diff != "" || len(got) != 0 {
		t.Errorf("handled (-want +got), %d more:\n%s", len(got), diff)
	}
	wantEmpty(t, s)
}

func sentBefore(t *testing.T, s server) {
	t.Helper()
	q, got := s.open(), make(chan books.Wakeup, 1)
	enqueue(t, q, 7)
	stop := start(t, s, "one", q, into(got))
	if w := <-got; w.Book != book(7) {
		t.Errorf("got %s", w.Book)
	}
	stopped(t, stop)
	wantEmpty(t, s)
}

func fourCommands(t *testing.T, s server) {
	t.Helper()
	const jobs = 50
	s.set.Block = time.Hour // only what jobs cost
	s.set.MinIdle = time.Hour
	q, got := s.open(), make(chan books.Wakeup)
	stop := start(t, s, "one", q, into(got))
	enqueue(t, q, 0)
	<-got // connections are made, the group is there, the own pending entries are drained
	before := s.spent()
	for n := range jobs {
		enqueue(t, q, n+1)
		<-got // one at a time is the dearest way
	}
	stopped(t, stop)
	// Besides: the end of the first job, the read that stop interrupts, and the handshake of a connection more.
	if got := s.spent() - before; got > 4*jobs+10 {
		t.Errorf("%d jobs cost %d commands, want at most %d", jobs, got, 4*jobs)
	}
}

func deadLetter(t *testing.T, s server) {
	t.Helper()
	q := s.open()
	stop := start(t, s, "one", q, func(context.Context, books.Wakeup) queue.Outcome {
		return queue.Outcome{Dead: "it failed 5 times"}
	})
	enqueue(t, q, 1)
	letter := awaitLetter(t, s)
	stopped(t, stop)
	wantLetter(t, letter, map[string]string{"id": string(book(1)), "reason": "it failed 5 times", "trace": "test", "v": "1"})
	wantEmpty(t, s)
}

func unreadable(t *testing.T, s server) {
	t.Helper()
	q := s.open()
	stop := start(t, s, "one", q, func(context.Context, books.Wakeup) queue.Outcome {
		t.Error("a handler was called for an entry that says nothing")
		return queue.Outcome{}
	})
	add := &redis.XAddArgs{Stream: queue.Stream, Values: []string{"v", "1", "type", "book.process", "id", "../../etc"}}
	if err := s.raw.XAdd(t.Context(), add).Err(); err != nil {
		t.Fatal(err)
	}
	letter := awaitLetter(t, s)
	stopped(t, stop)
	wantLetter(t, letter, map[string]string{"id": "../../etc", "reason": "decode wake-up: book id: a UUID has 36 characters"})
	wantEmpty(t, s)
}

func awaitLetter(t *testing.T, s server) redis.XMessage {
	t.Helper()
	letters, err := s.raw.XRead(t.Context(), &redis.XReadArgs{Streams: []string{queue.Dead, "0"}, Block: 20 * time.Second}).Result()
	if err != nil {
		t.Fatalf("wait for a dead letter: %v", err)
	}
	return letters[0].Messages[0]
}

func wantLetter(t *testing.T, letter redis.XMessage, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if letter.Values[name] != value {
			t.Errorf("%s: got %q, want %q", name, letter.Values[name], value)
		}
	}
}

// die delivers an entry to a consumer that is never heard of again.
func die(t *testing.T, s server, name string, n int) {
	t.Helper()
	q := s.open()
	if err := s.raw.XGroupCreateMkStream(t.Context(), queue.Stream, queue.Group, "0").Err(); err != nil {
		t.Fatal(err)
	}
	enqueue(t, q, n)
	read := &redis.XReadGroupArgs{Group: queue.Group, Consumer: name, Streams: []string{queue.Stream, ">"}, Block: -1}
	if err := s.raw.XReadGroup(t.Context(), read).Err(); err != nil {
		t.Fatal(err)
	}
}

func successor(t *testing.T, s server) {
	t.Helper()
	die(t, s, "one", 1)
	s.set.MinIdle = time.Hour // it must not need a take-over
	q, got := s.open(), make(chan books.Wakeup, 1)
	stop := start(t, s, "one", q, into(got))
	if w := <-got; w.Book != book(1) {
		t.Errorf("got %s", w.Book)
	}
	stopped(t, stop)
	wantEmpty(t, s)
}

func takenOver(t *testing.T, s server) {
	t.Helper()
	die(t, s, "killed", 1)
	q, got := s.open(), make(chan books.Wakeup, 1)
	stop := start(t, s, "one", q, into(got))
	if w := <-got; w.Book != book(1) {
		t.Errorf("got %s", w.Book)
	}
	stopped(t, stop)
	wantEmpty(t, s)
}

func keepsEntry(t *testing.T, s server) {
	t.Helper()
	one, two := s.open(), s.open()
	entered, release := make(chan struct{}, 2), make(chan struct{})
	slow := func(context.Context, books.Wakeup) queue.Outcome {
		entered <- struct{}{}
		<-release
		return queue.Outcome{}
	}
	full := s
	full.set.Slots = 1 // no slot is left to scan with, so nothing but the heartbeat keeps its entry
	stopOne := start(t, full, "one", one, slow)
	enqueue(t, one, 1)
	<-entered
	stopTwo := start(t, s, "two", two, slow)
	<-time.After(3 * cmp.Or(s.set.MinIdle, time.Minute)) // in a bubble this is no time; on the server it is the time that a loss would need
	if len(entered) != 0 {
		t.Error("another worker was given an entry that is in hand")
	}
	close(release)
	stopped(t, stopOne)
	stopped(t, stopTwo)
	wantEmpty(t, s)
}

func flushed(t *testing.T, s server) {
	t.Helper()
	q, got := s.open(), make(chan books.Wakeup)
	stop := start(t, s, "one", q, into(got))
	enqueue(t, q, 1)
	<-got
	// The first job must be gone: in a bubble no time passes, so the second would get its id, and be deleted in its place.
	deadline := time.Now().Add(20 * time.Second)
	for entries, _ := left(t, s); entries > 0; entries, _ = left(t, s) {
		if time.Now().After(deadline) {
			t.Fatal("the first entry never leaves the stream")
		}
		time.Sleep(time.Millisecond)
	}
	if err := s.raw.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	enqueue(t, q, 2)
	if w := <-got; w.Book != book(2) {
		t.Errorf("got %s", w.Book)
	}
	stopped(t, stop)
}

func noMoreThanSlots(t *testing.T, s server) {
	t.Helper()
	q := s.open()
	entered, release := make(chan struct{}), make(chan struct{})
	stop := start(t, s, "one", q, func(context.Context, books.Wakeup) queue.Outcome {
		entered <- struct{}{}
		<-release
		return queue.Outcome{}
	})
	for n := range 5 {
		enqueue(t, q, n)
	}
	<-entered
	<-entered
	if entries, pending := left(t, s); entries != 5 || pending != 2 {
		t.Errorf("with two slots, %d of %d entries are in hand", pending, entries)
	}
	close(release)
	for range 3 {
		<-entered
	}
	stopped(t, stop)
	wantEmpty(t, s)
}

func drains(t *testing.T, s server) {
	t.Helper()
	q := s.open()
	entered, release := make(chan struct{}), make(chan struct{})
	stop := start(t, s, "one", q, func(ctx context.Context, _ books.Wakeup) queue.Outcome {
		close(entered)
		<-release
		if ctx.Err() != nil {
			t.Error("the handler was interrupted")
		}
		return queue.Outcome{}
	})
	enqueue(t, q, 1)
	<-entered
	time.AfterFunc(100*time.Millisecond, func() { close(release) })
	stopped(t, stop)
	wantEmpty(t, s)
}

func drainEnds(t *testing.T, s server) {
	t.Helper()
	s.set.Drain = 50 * time.Millisecond
	q, entered := s.open(), make(chan struct{})
	stop := start(t, s, "one", q, func(ctx context.Context, _ books.Wakeup) queue.Outcome {
		close(entered)
		<-ctx.Done()
		return queue.Outcome{Leave: true}
	})
	enqueue(t, q, 1)
	<-entered
	stopped(t, stop)
	if entries, pending := left(t, s); entries != 1 || pending != 1 {
		t.Errorf("got %d entries, %d pending, want the one that was not finished", entries, pending)
	}
}
