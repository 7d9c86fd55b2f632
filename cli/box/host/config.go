package host

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"readme/cli/release"
)

// Config is what a Host needs. Nothing is taken from the environment behind its back.
type Config struct {
	// Dir holds work folders, outputs and the cache of node_modules. It lies outside of any repository, because a build
	// below one would pick up its git and its lockfile, and belongs to one Host at a time.
	Dir string
	// Home is HOME of every build and service.
	Home string
	// Env is what every build gets of the person's environment: what Allowed picks from it. PATH is what services get too.
	Env map[string]string
	// Keep is how many outputs of each service stay, the latest used; 0: 5. One that runs always stays.
	Keep int
}

// keepDefault is used when Config has no Keep.
const keepDefault = 5

// Host builds and runs services on this machine.
type Host struct {
	cfg Config

	mu    sync.Mutex
	locks map[string]chan struct{} // by cache entry: two equal builds at once build once
	inUse map[string]int           // running processes by the output that they run from
}

// New makes the folders, and deletes what an earlier Host in Dir did not finish.
func New(cfg Config) (*Host, error) {
	if cfg.Keep <= 0 {
		cfg.Keep = keepDefault
	}
	h := &Host{cfg: cfg, locks: map[string]chan struct{}{}, inUse: map[string]int{}}
	for _, dir := range []string{cfg.Home, h.work(), h.outputs(), h.modules()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, diskFault("make the box's folders", cfg.Dir, err)
		}
		if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
			return nil, diskFault("use "+dir, cfg.Dir, err)
		}
	}
	if err := quietGo(cfg.Home); err != nil {
		return nil, diskFault("turn off telemetry", cfg.Home, err)
	}
	h.sweep()
	return h, nil
}

func (h *Host) work() string    { return filepath.Join(h.cfg.Dir, "work") }
func (h *Host) outputs() string { return filepath.Join(h.cfg.Dir, "outputs") }
func (h *Host) modules() string { return filepath.Join(h.cfg.Dir, "modules") }

// lock locks a cache entry and gives the unlock. An error is the cause of ctx.
func (h *Host) lock(ctx context.Context, name string) (unlock func(), err error) {
	h.mu.Lock()
	l := h.locks[name]
	if l == nil {
		l = make(chan struct{}, 1)
		h.locks[name] = l
	}
	h.mu.Unlock()
	select {
	case l <- struct{}{}:
		return func() { <-l }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// diskFault turns the errors of a file system that a person can mend into a Fault; others it only wraps.
func diskFault(doing, dir string, err error) error {
	if f := release.DiskFault(doing, dir, err); f != nil {
		return f
	}
	return fmt.Errorf("%s: %w", doing, err)
}
