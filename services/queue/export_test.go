package queue

import (
	"time"

	"github.com/redis/go-redis/v9"
)

// OpenWith makes a Queue with options that no URL can say: a dialer into a bubble.
func OpenWith(opt redis.Options) *Queue { return open(opt) }

// Decode is the reader of entries.
var Decode = decode

// Usual are the pauses of an idle consumer whose settings say nothing.
func Usual() (block, minIdle time.Duration) {
	q := open(redis.Options{Addr: "127.0.0.1:1"})
	defer func() { _ = q.Close() }()
	c := q.NewConsumer(Settings{})
	defer func() { _ = c.reads.Close() }()
	return c.set.Block, c.set.MinIdle
}
