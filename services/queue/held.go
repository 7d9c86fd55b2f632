package queue

import (
	"context"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// held are the entries in hand, and when each was last touched.
type held struct {
	mu    sync.Mutex
	since map[string]time.Time
}

func (h *held) take(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since[id] = time.Now()
}

func (h *held) drop(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.since, id)
}

func (h *held) has(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.since[id]
	return ok
}

func (h *held) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.since)
}

// touch marks all as touched now and lists them, if one of them was not touched for age; else nothing.
func (h *held) touch(age time.Duration) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	old := func(at time.Time) bool { return now.Sub(at) >= age }
	if !slices.ContainsFunc(slices.Collect(maps.Values(h.since)), old) {
		return nil
	}
	for id := range h.since {
		h.since[id] = now
	}
	return slices.Sorted(maps.Keys(h.since))
}

// heartbeat resets the idle time of what is in hand, each entry at least every half MinIdle, in one command for all.
// A job shorter than a third of MinIdle costs none.
func (c *Consumer) heartbeat(ctx context.Context) {
	tick := time.NewTicker(c.set.MinIdle / 6)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		ids := c.held.touch(c.set.MinIdle / 3)
		if len(ids) == 0 {
			continue
		}
		// JUSTID leaves the count of deliveries alone.
		err := c.commands.XClaimJustID(ctx, &redis.XClaimArgs{
			Stream: Stream, Group: Group, Consumer: c.set.Name, Messages: ids,
		}).Err()
		if err != nil && ctx.Err() == nil {
			c.set.Log.Warn("could not renew the hold on the queue", "entries", len(ids), "error", err)
		}
	}
}

// pacer slows a loop down while it fails: 1 s, doubled up to 30 s, each up to half longer or shorter.
type pacer struct {
	log   *slog.Logger
	fails int
}

func (p *pacer) after(ctx context.Context, err error) {
	if err == nil {
		if p.fails > 0 {
			p.log.Info("the queue answers again", "failures", p.fails)
		}
		p.fails = 0
		return
	}
	wait := min(time.Second<<min(p.fails, 5), 30*time.Second)
	wait = wait/2 + rand.N(wait) //nolint:gosec // G404: this spreads retries, it guards nothing
	p.fails++
	p.log.Warn("the queue does not answer", "failures", p.fails, "retry_in", wait.String(), "error", err)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
