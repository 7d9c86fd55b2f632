package redis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"readme/cli/box/redis"
	"readme/cli/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, port int, password string) *redis.Server {
	t.Helper()
	s, err := redis.Start(port, release.NewSecret(password))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, address string) *goredis.Client {
	t.Helper()
	o, err := goredis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	o.MaxRetries = -1
	c := goredis.NewClient(o)
	t.Cleanup(func() { c.Close() })
	return c
}

func TestServer_wantsItsPassword(t *testing.T) {
	t.Parallel()
	s := start(t, 0, "p@ss /word?")
	if err := client(t, s.URL().Reveal()).Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	bare := fmt.Sprintf("redis://127.0.0.1:%d", s.Port())
	if err := client(t, bare).Get(t.Context(), "k").Err(); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("without a password: got %v, want NOAUTH", err)
	}
	if s.URL().String() == s.URL().Reveal() {
		t.Error("the URL shows itself")
	}
}

func TestServer_drawsAPasswordOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := start(t, 0, ""), start(t, 0, "")
	for _, s := range []*redis.Server{a, b} {
		if err := client(t, s.URL().Reveal()).Ping(t.Context()).Err(); err != nil {
			t.Error(err)
		}
	}
	mixed := strings.Replace(a.URL().Reveal(), fmt.Sprint(a.Port()), fmt.Sprint(b.Port()), 1)
	if err := client(t, mixed).Ping(t.Context()).Err(); err == nil {
		t.Error("the password of one server opens another")
	}
}

func TestServer_expiresKeysByTheClock(t *testing.T) {
	t.Parallel()
	c := client(t, start(t, 0, "").URL().Reveal())
	if ok, err := c.SetNX(t.Context(), "lease", "me", 20*time.Millisecond).Result(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		ok, err := c.SetNX(t.Context(), "lease", "you", time.Minute).Result()
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the lease never ended")
		}
	}
}

func TestServer_doesWhatTheQueueNeeds(t *testing.T) {
	t.Parallel()
	c := client(t, start(t, 0, "").URL().Reveal())
	ctx := t.Context()
	if err := c.XGroupCreateMkStream(ctx, "jobs", "workers", "0").Err(); err != nil {
		t.Fatal(err)
	}
	id, err := c.XAdd(ctx, &goredis.XAddArgs{Stream: "jobs", Values: []string{"book", "1"}}).Result()
	if err != nil {
		t.Fatal(err)
	}
	read, err := c.XReadGroup(ctx, &goredis.XReadGroupArgs{Group: "workers", Consumer: "a", Streams: []string{"jobs", ">"}, Count: 1}).Result()
	if err != nil || len(read) != 1 || read[0].Messages[0].ID != id {
		t.Fatalf("got %v, %v", read, err)
	}
	claimed, _, err := c.XAutoClaim(ctx, &goredis.XAutoClaimArgs{Stream: "jobs", Group: "workers", Consumer: "b", Start: "0"}).Result()
	if err != nil || len(claimed) != 1 {
		t.Fatalf("got %v, %v", claimed, err)
	}
	if n, err := c.XAck(ctx, "jobs", "workers", id).Result(); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

func TestStart_onAPortThatIsGivenAndThenTaken(t *testing.T) {
	t.Parallel()
	s := start(t, 0, "")
	if _, err := redis.Start(s.Port(), release.Secret{}); !errors.Is(err, redis.ErrPortTaken) {
		t.Errorf("got %v, want %v", err, redis.ErrPortTaken)
	}
	port := s.Port()
	s.Close()
	s.Close()
	again := start(t, port, "")
	if again.Port() != port {
		t.Errorf("got port %d, want %d", again.Port(), port)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := client(t, again.URL().Reveal()).Ping(ctx).Err(); err != nil {
		t.Error(err)
	}
}
