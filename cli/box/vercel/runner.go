package vercel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"sync"
	"time"

	"readme/cli/box/host"
)

const (
	// Next.js itself, without npx and its shells in between.
	startCommand = "node node_modules/next/dist/bin/next start"
	startTimeout = time.Minute
	drainTime    = 10 * time.Second
	tailLines    = 20
)

// runner keeps one deployment's process. It starts at once, and again with the next request if it has ended: a
// request waits for the start, as for a cold function.
type runner struct {
	life
	e *Emulator
	d deployment
	p project

	mu   sync.Mutex
	now  *attempt
	tail []string // the last lines that it wrote
	ears map[chan logLine]bool
}

// attempt is one start. Its fields are set when ready is closed.
type attempt struct {
	ready   chan struct{}
	process host.Process
	address string
	err     error
}

// newRunner starts the process of a deployment. The caller holds the emulator's lock.
func (e *Emulator) newRunner(d deployment, p project) *runner {
	r := &runner{e: e, d: d, p: p, life: e.child()}
	r.attempt()
	return r
}

// reach gives the address of the process once it takes connections.
func (r *runner) reach(ctx context.Context) (string, error) {
	a := r.attempt()
	select {
	case <-a.ready:
		return a.address, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// attempt gives the current start, or makes a new one if it has failed or its process has ended.
func (r *runner) attempt() *attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || (r.now.over() && !r.over()) {
		a := &attempt{ready: make(chan struct{})}
		r.now = a
		r.run(func(ctx context.Context) {
			defer close(a.ready)
			a.process, a.address, a.err = r.launch(ctx)
		})
	}
	return r.now
}

func (a *attempt) over() bool {
	select {
	case <-a.ready:
	default:
		return false
	}
	if a.err != nil {
		return true
	}
	select {
	case <-a.process.Done():
		return true
	default:
		return false
	}
}

// stop ends the process, and waits until it is gone.
func (r *runner) stop(ctx context.Context) {
	r.end()
	r.mu.Lock()
	a := r.now
	r.mu.Unlock()
	if a == nil {
		return
	}
	<-a.ready
	if a.process != nil {
		a.process.Stop(context.WithoutCancel(ctx))
	}
}

func (r *runner) launch(ctx context.Context) (host.Process, string, error) {
	out, err := r.e.output(ctx, r.d, r.p, func(string) {})
	if err != nil {
		return nil, "", err
	}
	address, err := freePort(ctx)
	if err != nil {
		return nil, "", err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, "", err
	}
	env := maps.Clone(r.d.Env)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, systemEnv(r.d))
	maps.Copy(env, map[string]string{"PORT": port, "NODE_ENV": production, "NEXT_TELEMETRY_DISABLED": "1", "VERCEL_URL": r.d.URL})
	p, err := r.e.cfg.Host.Start(context.WithoutCancel(ctx), host.Run{
		Service: r.p.Name, Dir: out.Dir, Command: startCommand + " -p " + port + " -H 127.0.0.1",
		Env: env, Drain: drainTime, Say: r.said,
	})
	if err != nil {
		return nil, "", err
	}
	if err := r.listens(ctx, p, address); err != nil {
		p.Stop(context.WithoutCancel(ctx))
		return nil, "", err
	}
	return p, address, nil
}

// listens waits until the process takes connections.
func (r *runner) listens(ctx context.Context, p host.Process, address string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("it did not listen within %s", startTimeout))
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if conn, err := r.e.cfg.Dial(ctx, "tcp", address); err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-p.Done():
			return r.failed(fmt.Errorf("it ended with exit code %d", p.Exit()))
		case <-ctx.Done():
			return r.failed(context.Cause(ctx))
		}
	}
}

func (r *runner) said(stream, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell(stream, line)
	if len(r.tail) == tailLines {
		r.tail = r.tail[1:]
	}
	r.tail = append(r.tail, line[:min(len(line), maxLine)])
}

func (r *runner) failed(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.New("the app does not start: " + err.Error() + "\n" + strings.Join(r.tail, "\n"))
}
