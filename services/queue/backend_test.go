package queue_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"readme/services/queue"
)

func TestMain(m *testing.M) {
	queue.Quiet()
	goleak.VerifyTestMain(m)
}

// server is a Redis that a case runs on, and the pace of time there.
type server struct {
	open  func() *queue.Queue
	raw   *redis.Client
	spent func() int // commands so far, those of raw not counted
	cut   func()     // closes all connections, as a server does with those that were idle for too long
	set   queue.Settings
}

// onMiniredis runs the case in a bubble, so at its real pace and in no time.
func onMiniredis(t *testing.T, run func(t *testing.T, s server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := miniredis.NewMiniRedis()
		defer m.Close()
		wires := &wires{dial: m.Dial}
		options := redis.Options{Addr: "127.0.0.1:6379", Dialer: wires.open}
		raw := redis.NewClient(&options)
		defer raw.Close()
		own := 0
		raw.AddHook(counter{&own})
		run(t, server{
			open: func() *queue.Queue {
				q := queue.OpenWith(options)
				t.Cleanup(func() { _ = q.Close() })
				return q
			},
			raw:   raw,
			spent: func() int { return m.CommandCount() - own },
			cut:   wires.cut,
		})
	})
}

// wires are connections that nobody can look into before they are used, as with TLS: that the other side has gone is
// seen by the next command.
type wires struct {
	dial func() (net.Conn, error)
	mu   sync.Mutex
	all  []net.Conn
}

func (w *wires) open(context.Context, string, string) (net.Conn, error) {
	conn, err := w.dial()
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, conn)
	return wire{conn}, nil
}

// wire tells the end of a connection as a socket does.
type wire struct{ net.Conn }

func (w wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	return n, asSocket(err)
}

func (w wire) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	return n, asSocket(err)
}

func (w wire) SetReadDeadline(t time.Time) error  { _ = w.Conn.SetReadDeadline(t); return nil }
func (w wire) SetWriteDeadline(t time.Time) error { _ = w.Conn.SetWriteDeadline(t); return nil }
func (w wire) SetDeadline(t time.Time) error      { _ = w.Conn.SetDeadline(t); return nil }

func asSocket(err error) error {
	if errors.Is(err, io.ErrClosedPipe) {
		return io.EOF
	}
	return err
}

func (w *wires) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, conn := range w.all {
		_ = conn.Close()
	}
	w.all = nil
}

// counter counts the commands of one client.
type counter struct{ n *int }

func (c counter) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { *c.n++; return next(ctx, cmd) }
}

func (c counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { *c.n += len(cmds); return next(ctx, cmds) }
}

// onRedis runs the case on a real redis-server with short times.
func onRedis(t *testing.T, run func(t *testing.T, s server)) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("redis-server is not on PATH, and in CI it has to be")
		}
		t.Skip("redis-server is not on PATH")
	}
	socket := startRedis(t, program)
	raw := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	t.Cleanup(func() { _ = raw.Close() })
	run(t, server{
		open: func() *queue.Queue {
			q, err := queue.Open("unix://" + socket)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = q.Close() })
			return q
		},
		raw:   raw,
		spent: func() int { return billed(t, raw) },
		cut: func() {
			if err := raw.ClientKillByFilter(t.Context(), "TYPE", "normal", "SKIPME", "yes").Err(); err != nil {
				t.Fatal(err)
			}
		},
		set: queue.Settings{Block: 100 * time.Millisecond, MinIdle: 400 * time.Millisecond, Drain: 5 * time.Second},
	})
}

func startRedis(t *testing.T, program string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // a socket's path has a limit, and TempDir holds the test's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	var said bytes.Buffer
	cmd := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", dir)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-exited
	})
	probe := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	defer probe.Close()
	deadline := time.After(20 * time.Second)
	for probe.Ping(t.Context()).Err() != nil {
		select {
		case err := <-exited:
			exited <- err
			t.Fatalf("redis-server ended: %v\n%s", err, said.String())
		case <-deadline:
			t.Fatal("redis-server does not answer")
		case <-time.After(10 * time.Millisecond):
		}
	}
	return socket
}

// billed is what Upstash would have billed: the sum of all calls, without this question and the handshakes.
func billed(t *testing.T, raw *redis.Client) int {
	t.Helper()
	info, err := raw.Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for line := range strings.Lines(info) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":calls=")
		if count, _, ok := strings.Cut(rest, ","); ok && strings.HasPrefix(name, "cmdstat_x") {
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
	}
	return sum
}

func away(context.Context, string, string) (net.Conn, error) { return nil, errAway }
