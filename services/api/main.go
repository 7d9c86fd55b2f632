// Command api takes books from the admin: uploads, looks at them, deletes them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"readme/services/postgres"
	"readme/services/queue"
	"readme/services/storage"
)

// Exit codes: the platform restarts on both, but 2 says that a restart will not help.
const (
	exitFailed = 1
	exitConfig = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	code := run(ctx, os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program: it serves until ctx ends. Logs go to stdout, one JSON object a line; a mistake in the
// variables is one plain line on stderr.
func run(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) int {
	cfg, err := readConfig(getenv)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "api:", err)
		return exitConfig
	}
	log := slog.New(slog.NewJSONHandler(stdout, nil)).With("service", "api", "commit", cfg.commit)
	parts, err := connect(ctx, cfg)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "api:", err)
		return exitConfig
	}
	defer parts.close()
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", cfg.address)
	if err != nil {
		log.Error("cannot listen", "address", cfg.address, "error", err)
		return exitFailed
	}
	a := newAPI(cfg, log, parts.store, parts.files, parts.queue)
	a.probes = parts.probes()
	if err := a.serve(ctx, listener); err != nil {
		log.Error("stopped", "error", err)
		return exitFailed
	}
	return 0
}

// parts are the connections to what the api stands on. None is made before it is needed.
type parts struct {
	store *postgres.Store
	files *storage.Client
	queue *queue.Queue
}

// connect names the variable when one of them is refused.
func connect(ctx context.Context, cfg config) (p parts, err error) {
	queue.Quiet()
	if p.files, err = storage.New(cfg.supabaseURL, cfg.supabaseKey, "books", "readme-api/1"); err != nil {
		if errors.Is(err, storage.ErrKey) {
			return p, fmt.Errorf("SUPABASE_SECRET_KEY: %w", err)
		}
		return p, fmt.Errorf("SUPABASE_URL: %w", err)
	}
	if p.queue, err = queue.Open(cfg.redisURL); err != nil {
		return p, fmt.Errorf("REDIS_URL: %w", err)
	}
	if p.store, err = postgres.Open(ctx, cfg.databaseURL, "readme-api"); err != nil {
		_ = p.queue.Close()
		return p, fmt.Errorf("DATABASE_URL: %w", err)
	}
	return p, nil
}

func (p parts) probes() map[string]probe {
	return map[string]probe{"postgres": p.store.Ping, "storage": p.files.Ping, "queue": p.queue.Ping}
}

func (p parts) close() {
	p.store.Close()
	p.files.Close()
	_ = p.queue.Close()
}
