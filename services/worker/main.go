// Command worker processes the books that were uploaded: it takes jobs from the queue, and repairs what got stuck.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

// run is the whole program: it works until ctx ends, and then as long as draining may take. Logs go to stdout, one JSON
// object a line; a mistake in the variables is one plain line on stderr.
func run(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) int {
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	cfg, err := readConfig(getenv, host)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "worker:", err)
		return exitConfig
	}
	log := slog.New(slog.NewJSONHandler(stdout, nil)).With("service", "worker", "commit", cfg.commit)
	parts, err := connect(ctx, cfg)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "worker:", err)
		return exitConfig
	}
	defer parts.close()
	log.Info("started", "name", cfg.name)
	if err := newWorker(usual(cfg.name), parts, log).run(ctx); err != nil {
		log.Error("stopped", "error", err)
		return exitFailed
	}
	log.Info("stopped")
	return 0
}

// parts are the connections to what the worker stands on. None is made before it is needed.
type parts struct {
	store *postgres.Store
	files *storage.Client
	queue *queue.Queue
}

// connect names the variable when one of them is refused.
func connect(ctx context.Context, cfg config) (p parts, err error) {
	queue.Quiet()
	if p.files, err = storage.New(cfg.supabaseURL, cfg.supabaseKey, "books", "readme-worker/1"); err != nil {
		if errors.Is(err, storage.ErrKey) {
			return p, fmt.Errorf("SUPABASE_SECRET_KEY: %w", err)
		}
		return p, fmt.Errorf("SUPABASE_URL: %w", err)
	}
	if p.queue, err = queue.Open(cfg.redisURL); err != nil {
		return p, fmt.Errorf("REDIS_URL: %w", err)
	}
	if p.store, err = postgres.Open(ctx, cfg.databaseURL, "readme-worker"); err != nil {
		_ = p.queue.Close()
		return p, fmt.Errorf("DATABASE_URL: %w", err)
	}
	return p, nil
}

func (p parts) close() {
	p.store.Close()
	p.files.Close()
	_ = p.queue.Close()
}
