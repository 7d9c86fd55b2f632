package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"readme/services/books"
	"readme/services/queue"
)

// settings are the times and limits of a worker; tests make them short.
type settings struct {
	queue queue.Settings

	lease   time.Duration // how long a claim holds without being renewed
	limit   time.Duration // for one attempt
	tries   int           // attempts before a book is given up
	backoff time.Duration // before the second attempt; four times as long before each further one
	longest time.Duration // no pause between two attempts is longer

	every     time.Duration // between two sweeps, a fifth more or less
	stale     time.Duration // a wake-up of that age has been lost, or its worker died
	abandoned time.Duration // an upload of that age has no api any more that will end it
	batch     int           // rows of one statement of the sweep
}

// usual are the settings of production. Four pauses bridge 40 minutes without storage before a book is given up. The
// drain time fits into the ten seconds that hosts commonly leave between TERM and KILL.
func usual(name string) settings {
	return settings{
		queue:   queue.Settings{Name: name, Drain: 8 * time.Second},
		lease:   60 * time.Second,
		limit:   5 * time.Minute,
		tries:   5,
		backoff: 30 * time.Second, longest: 30 * time.Minute,
		every: 30 * time.Second, stale: 30 * time.Second, abandoned: 15 * time.Minute, batch: 100,
	}
}

// worker processes books. What it believes is in the rows; the queue only wakes it.
type worker struct {
	set      settings
	log      *slog.Logger
	store    books.Store
	files    books.Blobs
	queue    books.Queue
	consumer *queue.Consumer
	reach    func(context.Context) error // Postgres
	process  func(context.Context, books.Book) error
}

func newWorker(set settings, p parts, log *slog.Logger) *worker {
	set.queue.Log = log
	w := &worker{
		set: set, log: log, store: p.store, files: p.files, queue: p.queue,
		consumer: p.queue.NewConsumer(set.queue), reach: p.store.Ping,
	}
	w.process = w.check
	return w
}

// run takes jobs and sweeps until ctx ends, then lets the jobs in hand finish for the drain time. It may be called once.
// A Postgres or a Redis that is away is waited for, however long: to exit would only make the platform restart us.
func (w *worker) run(ctx context.Context) error {
	// First Postgres: without it every job that we took would lie in our hands.
	if !w.await(ctx, "postgres", w.reach) {
		return nil
	}
	leaving := context.AfterFunc(ctx, func() { w.log.Info("stopping: jobs in hand may finish", "within", w.set.queue.Drain.String()) })
	defer leaving()
	sweeping := make(chan struct{})
	go func() { defer close(sweeping); w.sweepUntil(ctx) }()
	err := w.consumer.Run(ctx, w.handle) // it waits for Redis itself, and says so
	<-sweeping
	return err
}

// await asks until there is an answer, with pauses from 1 s to 30 s, and reports whether there was one before ctx ended.
func (w *worker) await(ctx context.Context, part string, reach func(context.Context) error) bool {
	for fails := 0; ; fails++ {
		err := reach(ctx)
		if ctx.Err() != nil {
			return false
		}
		if err == nil {
			w.log.Info(part+" answers", "failures", fails)
			return true
		}
		pause := spread(min(time.Second<<min(fails, 5), 30*time.Second))
		w.log.Warn(part+" does not answer", "failures", fails+1, "retry_in", pause.String(), "error", err)
		if !sleep(ctx, pause) {
			return false
		}
	}
}

// spread makes a time up to a fifth longer or shorter, so that workers do not move in step.
func spread(d time.Duration) time.Duration {
	return d - d/5 + rand.N(max(d*2/5, 1)) //nolint:gosec // G404: this spreads load, it guards nothing
}

// sleep reports whether the time has passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
