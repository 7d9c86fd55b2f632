// Package queue wakes workers through a Redis stream, in as few commands as it can: Upstash bills each one.
package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"readme/services/books"
)

// The names in Redis.
const (
	Stream = "books:jobs" // wake-ups, each deleted when it has been handled
	Group  = "workers"
	Dead   = "books:dead" // wake-ups of books that were given up, kept for a person
)

// What can grow has a limit. A wake-up that is trimmed is sent again by the sweep.
const (
	maxStream = 100_000
	maxDead   = 10_000
)

// patience is the time for one command that does not block.
const patience = 5 * time.Second

// Queue sends wake-ups. Its errors never hold the URL.
type Queue struct {
	client  *redis.Client
	options redis.Options
}

var _ books.Queue = (*Queue)(nil)

// Open checks redisURL (redis:// or, with TLS, rediss://) and connects when the first command needs it, so a Redis
// that is away is no error here.
func Open(redisURL string) (*Queue, error) {
	opt, err := redis.ParseURL(redisURL)
	if err != nil {
		return nil, errors.New("parse Redis URL: it must look like rediss://default:password@host:6379") // the cause may quote it
	}
	return open(*opt), nil
}

func open(opt redis.Options) *Queue {
	// Each new connection would send two commands more, to introduce itself and to ask for news of maintenance.
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	opt.PoolSize = 4
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = patience, patience, patience
	opt.DialerRetries = 1
	opt.ContextTimeoutEnabled = true
	// A server ends connections that are idle for some minutes, and with TLS that is seen only by the next command on one:
	// no older one is used, and there are as many tries as there can be such connections, and one more.
	opt.ConnMaxIdleTime = 2 * time.Minute
	commands := opt
	commands.MaxRetries = commands.PoolSize
	return &Queue{client: redis.NewClient(&commands), options: opt}
}

// Quiet turns off go-redis's own log, for the whole process: lines of plain text on stderr, one for each failed dial. What
// they say is in the errors too.
func Quiet() { redis.SetLogger(silence{}) }

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// Close ends all connections of the sending side; a Consumer has one more, and ends it itself.
func (q *Queue) Close() error { return q.client.Close() }

// Ping reaches Redis. It costs a command.
func (q *Queue) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := q.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("reach queue: %w", err)
	}
	return nil
}

// Enqueue adds a wake-up. A repetition after a lost answer may add it twice, which the claim on the row makes harmless.
func (q *Queue) Enqueue(ctx context.Context, w books.Wakeup) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := q.client.XAdd(ctx, &redis.XAddArgs{Stream: Stream, MaxLen: maxStream, Approx: true, Values: encode(w, time.Now())}).Err()
	if err != nil {
		return fmt.Errorf("enqueue book: %w", err)
	}
	return nil
}
