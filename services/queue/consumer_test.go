package queue_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"readme/services/books"
	"readme/services/queue"
)

func TestAnIdleWorkerCostsThreeCommandsAMinute(t *testing.T) {
	onMiniredis(t, func(t *testing.T, s server) {
		t.Helper()
		q := s.open()
		stop := start(t, s, "one", q, into(nil))
		time.Sleep(90 * time.Second)
		synctest.Wait()
		before := s.spent()
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := s.spent() - before; got > 185 {
			t.Errorf("an idle hour cost %d commands, want about 180", got)
		}
		stopped(t, stop)
	})
}

func TestARedisThatIsAwayIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.OpenWith(redis.Options{Addr: "127.0.0.1:1", Dialer: away})
		if err := q.Enqueue(t.Context(), books.Wakeup{Book: book(1)}); !errors.Is(err, errAway) {
			t.Errorf("enqueue: got %v", err)
		}
		if err := q.Ping(t.Context()); !errors.Is(err, errAway) {
			t.Errorf("ping: got %v", err)
		}
		var said bytes.Buffer
		set := queue.Settings{Log: slog.New(slog.NewTextHandler(&said, nil))}
		stop := start(t, server{set: set}, "one", q, into(nil))
		time.Sleep(10 * time.Minute)
		stopped(t, stop)
		if lines := strings.Count(said.String(), "\n"); lines < 10 || lines > 50 {
			t.Errorf("%d lines of log in ten minutes:\n%s", lines, said.String())
		}
		_ = q.Close()
		time.Sleep(2 * time.Second) // the pool's own probe sleeps a second before it sees the end
	})
}

func TestAnEndedHandlerThatIgnoresTheEndIsReported(t *testing.T) {
	onMiniredis(t, func(t *testing.T, s server) {
		t.Helper()
		q, entered, release := s.open(), make(chan struct{}), make(chan struct{})
		stop := start(t, s, "one", q, func(context.Context, books.Wakeup) queue.Outcome {
			close(entered)
			<-release
			return queue.Outcome{}
		})
		enqueue(t, q, 1)
		<-entered
		if err := stop(); err == nil {
			t.Error("got no error")
		}
		close(release)
		time.Sleep(time.Second) // of the bubble: the handler ends before its Redis does
	})
}

func TestAURLThatIsRefusedIsNotRepeated(t *testing.T) {
	for _, url := range []string{"", "redis", "http://:hunter2@host", "redis://:hunter2@host:port", "rediss://:hunter2@host/zero"} {
		_, err := queue.Open(url)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v, want an error without the password", url, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("1", "book.process", "00000000-0000-4000-8000-000000000001", "1")
	f.Add("2", "", "x", "-")
	f.Fuzz(func(t *testing.T, v, kind, id, attempt string) {
		w, err := queue.Decode(redis.XMessage{Values: map[string]any{"v": v, "type": kind, "id": id, "attempt": attempt}})
		if err != nil {
			return
		}
		if again, err := books.ParseID(string(w.Book)); err != nil || again != w.Book || v != "1" || kind != "book.process" {
			t.Fatalf("accepted v=%q type=%q id=%q as %q", v, kind, id, w.Book)
		}
	})
}

var errAway = errors.New("nobody there")

func TestAConsumerThatWaitsIsNotBusy(t *testing.T) {
	onMiniredis(t, func(t *testing.T, s server) {
		t.Helper()
		q, entered, release := s.open(), make(chan struct{}), make(chan struct{})
		c := q.NewConsumer(queue.Settings{Name: "one", Slots: 1})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- c.Run(ctx, func(context.Context, books.Wakeup) queue.Outcome {
				close(entered)
				<-release
				return queue.Outcome{}
			})
		}()
		synctest.Wait()
		if c.Busy() {
			t.Error("busy while it waits for a first wake-up")
		}
		enqueue(t, q, 1)
		<-entered
		if !c.Busy() {
			t.Error("not busy with its only slot taken")
		}
		close(release)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
