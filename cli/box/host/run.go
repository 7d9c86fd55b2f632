package host

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"readme/cli/child"
)

// Start starts a process of a service. It has a folder for temporary files of its own, and dies with us.
func (h *Host) Start(ctx context.Context, r Run) (Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	argv, err := Split(r.Command)
	if err != nil {
		return nil, fmt.Errorf("start %s: command %q: %w", r.Service, r.Command, err)
	}
	temp, err := child.Folder(h.fresh(h.work(), r.Service+"-run"), 0o700)
	if err != nil {
		return nil, diskFault("start "+r.Service, h.cfg.Dir, err)
	}
	k, err := child.Start(child.Command{
		Name: r.Service, Argv: argv, Dir: r.Dir, Env: h.runEnv(temp.Path, r.Env), Drain: r.Drain,
		Stdout: func(line string) { r.Say("stdout", line) }, Stderr: func(line string) { r.Say("stderr", line) },
	})
	if err != nil {
		_ = temp.Remove()
		return nil, err
	}
	p := &process{child: k, done: make(chan struct{})}
	release := h.use(r.Dir)
	go func() {
		<-k.Done()
		_ = temp.Remove()
		release()
		close(p.done)
	}()
	return p, nil
}

type process struct {
	child *child.Child
	done  chan struct{}
}

func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) Exit() int {
	<-p.done
	return p.child.Exit()
}

func (p *process) Stop(ctx context.Context) {
	p.child.Stop(ctx)
	<-p.done
}

// use keeps the output that dir lies in from being deleted until the release is called.
func (h *Host) use(dir string) (release func()) {
	entry := h.entryOf(dir)
	if entry == "" {
		return func() {}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inUse[entry]++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.inUse[entry]--; h.inUse[entry] == 0 {
			delete(h.inUse, entry)
		}
	}
}

// entryOf is the cache entry, outputs/<service>/<entry>, that a path lies in, or "".
func (h *Host) entryOf(path string) string {
	relative, err := filepath.Rel(h.outputs(), path)
	if err != nil || !filepath.IsLocal(relative) {
		return ""
	}
	parts := strings.Split(relative, string(os.PathSeparator))
	if len(parts) < 2 {
		return ""
	}
	return filepath.Join(h.outputs(), parts[0], parts[1])
}
