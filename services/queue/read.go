package queue

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// slack is how much too early a scan may be: a read that ended a moment before it is due must not cost another read.
const slack = 20 * time.Millisecond

// next reads up to n entries: first what we had in hand before a restart, then what others have let lie, then what is new.
func (c *Consumer) next(ctx context.Context, n int) ([]redis.XMessage, error) {
	if c.own != "" {
		entries, err := c.read(ctx, c.own, n, -1)
		if err != nil || len(entries) > 0 {
			if len(entries) > 0 {
				c.own = entries[len(entries)-1].ID
			}
			return entries, err
		}
		c.own = ""
	}
	if time.Until(c.scanAt) < slack {
		if entries, err := c.takeOver(ctx, n); err != nil || len(entries) > 0 {
			return entries, err
		}
	}
	// Not longer than until the next scan, and never 0, which would be for ever.
	return c.read(ctx, ">", n, max(min(c.set.Block, time.Until(c.scanAt)), slack))
}

func (c *Consumer) read(ctx context.Context, from string, n int, block time.Duration) ([]redis.XMessage, error) {
	streams, err := c.reads.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: Group, Consumer: c.set.Name, Streams: []string{Stream, from}, Count: int64(n), Block: block,
	}).Result()
	if errors.Is(err, redis.Nil) || err == nil && len(streams) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return streams[0].Messages, nil
}

// takeOver claims entries whose worker is silent. A scan that found something goes on at once, where it ended.
func (c *Consumer) takeOver(ctx context.Context, n int) ([]redis.XMessage, error) {
	entries, next, err := c.commands.XAutoClaim(ctx, &redis.XAutoClaimArgs{
		Stream: Stream, Group: Group, Consumer: c.set.Name, MinIdle: c.set.MinIdle, Start: c.scan, Count: int64(n),
	}).Result()
	if err != nil {
		return nil, err
	}
	c.scan = next
	if next == "0-0" || next == "" {
		c.scan, c.scanAt = "0-0", time.Now().Add(c.set.MinIdle)
	}
	// Ours, and slower to be renewed than it should: the handler is still at it.
	return slices.DeleteFunc(entries, func(m redis.XMessage) bool { return c.held.has(m.ID) }), nil
}

// prepare makes the group and removes the consumers of workers that are gone. What fails here is met again by the loop.
func (c *Consumer) prepare(ctx context.Context) {
	if err := c.makeGroup(ctx); err != nil {
		return
	}
	consumers, err := c.commands.XInfoConsumers(ctx, Stream, Group).Result()
	if err != nil {
		return
	}
	for _, other := range consumers {
		// A living one reads every half minute, and one with pending entries is still needed for taking them over.
		if other.Name != c.set.Name && other.Pending == 0 && other.Idle > time.Hour {
			_ = c.commands.XGroupDelConsumer(ctx, Stream, Group, other.Name).Err()
		}
	}
}

// makeGroup makes stream and group, from the stream's first entry: what was sent before the first worker counts too.
func (c *Consumer) makeGroup(ctx context.Context) error {
	err := c.commands.XGroupCreateMkStream(ctx, Stream, Group, "0").Err()
	if redis.HasErrorPrefix(err, "BUSYGROUP") {
		return nil
	}
	return err
}
