package queue

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"readme/services/books"
)

// Handler works on one wake-up. ctx ends when the time for draining is over; a Handler must return soon after that.
type Handler func(ctx context.Context, w books.Wakeup) Outcome

// Outcome is what becomes of a wake-up.
type Outcome struct {
	// Leave keeps the entry pending: after MinIdle it is given out again, to whoever asks.
	Leave bool
	// Dead copies the entry to the dead-letter stream, with this reason, before it is removed. "" for none.
	Dead string
}

// Settings of a Consumer. The zero value of a duration means the one in the comment.
type Settings struct {
	Name    string        // stable over restarts: what a killed worker had in hand is drained by its successor first
	Slots   int           // wake-ups handled at once; 0 means 4
	Block   time.Duration // 30 s: how long a read waits; an idle worker spends one command on each
	MinIdle time.Duration // 60 s: a pending entry that nobody has touched for so long is taken over
	Drain   time.Duration // 20 s: how long handlers may go on after the end of Run's context
	Log     *slog.Logger
}

// maxBatch bounds one read, however many slots there are.
const maxBatch = 10

// Consumer reads wake-ups and hands them out, each to one Handler at a time, at least once.
type Consumer struct {
	set      Settings
	commands *redis.Client
	reads    *redis.Client // closing it is the only way to interrupt a blocked read; a context does not
	slots    chan struct{} // one token for each wake-up in hand
	hands    sync.WaitGroup
	held     held
	own      string    // our own pending entries up to this id were drained; "" when there are no more
	scan     string    // where the scan for abandoned entries goes on
	scanAt   time.Time // when the next one is due
}

// NewConsumer makes a consumer beside q; it uses q's connections too.
func (q *Queue) NewConsumer(set Settings) *Consumer {
	set.Slots = orElse(set.Slots, 4)
	set.Block = orElse(set.Block, 30*time.Second)
	set.MinIdle = orElse(set.MinIdle, 60*time.Second)
	set.Drain = orElse(set.Drain, 20*time.Second)
	set.Log = orElse(set.Log, slog.New(slog.DiscardHandler))
	reading := q.options
	reading.PoolSize = 1
	reading.MaxRetries = -1 // the loop below repeats, with pauses of its own
	return &Consumer{
		set: set, commands: q.client, reads: redis.NewClient(&reading),
		slots: make(chan struct{}, set.Slots), held: held{since: map[string]time.Time{}},
		own: "0", scan: "0-0",
	}
}

func orElse[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Busy reports whether as many wake-ups are in hand as there are slots. The slot of a read that waits does not count.
func (c *Consumer) Busy() bool { return c.held.count() >= cap(c.slots) }

// Run hands out wake-ups until ctx ends, then waits for the handlers, at most Drain and then a little for them to notice.
// It may be called once. A Redis that is away is waited for, however long.
func (c *Consumer) Run(ctx context.Context, handle Handler) error {
	jobs, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	// Both: the loop may see the end of ctx before the function runs, and return without it.
	defer func() { _ = c.reads.Close() }()
	stopWatching := context.AfterFunc(ctx, func() { _ = c.reads.Close() })
	defer stopWatching()
	beating := make(chan struct{})
	go func() { defer close(beating); c.heartbeat(jobs) }()
	c.loop(ctx, jobs, handle)
	err := c.drain(cut)
	cut()
	<-beating
	return err
}

// loop is the only goroutine that takes slots, so a slot that it has seen free stays free.
func (c *Consumer) loop(ctx, jobs context.Context, handle Handler) {
	pause := pacer{log: c.set.Log}
	c.prepare(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case c.slots <- struct{}{}: // the first slot of this round
		}
		entries, err := c.next(ctx, min(cap(c.slots)-len(c.slots)+1, maxBatch))
		for i, entry := range entries {
			if i > 0 {
				c.slots <- struct{}{}
			}
			c.held.take(entry.ID)
			c.hands.Go(func() { c.work(jobs, entry, handle) })
		}
		if len(entries) == 0 {
			<-c.slots
		}
		if ctx.Err() != nil {
			return
		}
		if redis.HasErrorPrefix(err, "NOGROUP") { // Redis was flushed, or restored from before
			err = c.makeGroup(ctx)
		}
		pause.after(ctx, err)
	}
}

// work handles one entry and gives its slot back.
func (c *Consumer) work(jobs context.Context, entry redis.XMessage, handle Handler) {
	defer func() { <-c.slots }()
	defer c.held.drop(entry.ID)
	w, err := decode(entry)
	outcome := Outcome{}
	switch {
	case errors.Is(err, errDeleted):
	case err != nil:
		outcome.Dead = err.Error()
	default:
		outcome = handle(jobs, w)
	}
	if outcome.Leave {
		return
	}
	if err := c.finish(jobs, entry, outcome.Dead); err != nil {
		c.set.Log.Warn("a handled wake-up stays in the queue and will come again", "book_id", w.Book, "error", err)
	}
}

// finish removes an entry; in one round trip, but not in a transaction, which would be billed as two commands more.
func (c *Consumer) finish(ctx context.Context, entry redis.XMessage, dead string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_, err := c.commands.Pipelined(ctx, func(p redis.Pipeliner) error {
		if dead != "" {
			letter := map[string]any{"reason": dead, "entry": entry.ID, "died_at": time.Now().UTC().Format(time.RFC3339Nano)}
			maps.Copy(letter, entry.Values)
			p.XAdd(ctx, &redis.XAddArgs{Stream: Dead, MaxLen: maxDead, Approx: true, Values: letter})
		}
		p.XAck(ctx, Stream, Group, entry.ID)
		p.XDel(ctx, Stream, entry.ID)
		return nil
	})
	return err
}

// drain waits for the handlers, and after the drain time tells them to stop.
func (c *Consumer) drain(cut context.CancelFunc) error {
	done := make(chan struct{})
	go func() { c.hands.Wait(); close(done) }()
	timer := time.NewTimer(c.set.Drain)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-timer.C:
	}
	cut()
	grace := time.NewTimer(patience)
	defer grace.Stop()
	select {
	case <-done:
		return nil
	case <-grace.C:
		return errors.New("drain worker: a handler did not stop")
	}
}
