package queue

import "github.com/redis/go-redis/v9"

// OpenWith makes a Queue with options that no URL can say: a dialer into a bubble.
func OpenWith(opt redis.Options) *Queue { return open(opt) }

// Decode is the reader of entries.
var Decode = decode
