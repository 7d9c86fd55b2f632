// Package vercel emulates Vercel's REST API for one account of the box with its projects, and builds and serves what
// is deployed to them.
package vercel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/forge"
	"readme/cli/box/host"
)

// Host builds and runs deployments; package host has the real one.
type Host interface {
	Build(ctx context.Context, b host.Build) (host.Output, error)
	Start(ctx context.Context, r host.Run) (host.Process, error)
}

// Forge is where commits are fetched from; package forge has the real one.
type Forge interface {
	Commit(ctx context.Context, repo, ref string) (forge.Commit, error)
	Archive(ctx context.Context, repo, sha, path string) error
}

// Config makes an Emulator.
type Config struct {
	Dir      string    // everything that it keeps
	Token    string    // the only one that it accepts; letters, digits and underscores, as the CLI asks for
	Team     *Team     // who owns the projects; nil: the token's own, personal account
	Projects []Project // what a founder has set up; more are made over the API
	Host     Host
	Forge    Forge // nil: there is no Git hosting, and no commit can be deployed
	// Edge gives the listener of an address that is kept by its name: "production" for the domain of the first
	// project, "<project>/production" for the others', and "dpl/<id>" for each deployment. Its Addr is what the API
	// reports as the address.
	Edge func(name string) (net.Listener, error)
	// Pace is how long each change of a state takes besides the work itself.
	Pace time.Duration
	// Dial reaches a process of Host on its loopback address; nil is the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Team is a team that the token's user is in.
type Team struct {
	ID   string // "team_..."; "" draws one
	Slug string
}

// Project is a project as it is set up before the first deployment.
type Project struct {
	Name string
	Env  map[string]string // its variables for production
	Repo string            // "owner/name" of the repository that it is linked to; "" for none
	Root string            // its folder there, and in what is uploaded; "" for the top
}

// Emulator is one account. It is safe for several goroutines.
type Emulator struct {
	cfg    Config
	proxy  *http.Transport
	faults *fault.Board

	life
	slot chan struct{} // one build at a time, as on a small plan

	mu      sync.Mutex
	state   state
	last    int64 // of now
	builds  map[string]life
	logs    map[string]*buildLog
	sites   map[string]*site   // by deployment
	fronts  map[string]*site   // by project: its domain
	runners map[string]*runner // by deployment
	stale   map[string]lag     // by project: what its alias still says
	behind  map[string]lag     // by project: what its domain still serves
	before  map[string]before  // by project: what reads still show of its variables
	closing bool
}

// Open brings back what the folder holds: what was live serves first, and what was being built is built again.
func Open(ctx context.Context, cfg Config) (*Emulator, error) {
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	}
	for _, d := range []string{cfg.Dir, filepath.Join(cfg.Dir, "files"), filepath.Join(cfg.Dir, "logs")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("open the vercel emulator: %w", err)
		}
	}
	e := &Emulator{
		cfg: cfg, faults: newBoard(), life: newLife(ctx, new(sync.WaitGroup)), slot: make(chan struct{}, 1),
		proxy:  &http.Transport{DialContext: cfg.Dial, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second},
		builds: map[string]life{}, logs: map[string]*buildLog{}, sites: map[string]*site{}, fronts: map[string]*site{},
		runners: map[string]*runner{}, stale: map[string]lag{}, behind: map[string]lag{}, before: map[string]before{},
	}
	if err := e.restore(); err != nil {
		e.Close(ctx)
		return nil, fmt.Errorf("open the vercel emulator: %w", err)
	}
	return e, nil
}

func (e *Emulator) restore() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(); err != nil {
		return err
	}
	for _, p := range e.state.Projects {
		if err := e.front(p); err != nil {
			return err
		}
	}
	if err := e.arrange(); err != nil {
		return err
	}
	for _, d := range e.state.Deployments {
		if !d.over() {
			e.start(d)
		}
	}
	for _, p := range e.state.Projects {
		if p.Request.running() {
			e.moveLater(p)
		}
	}
	return e.save()
}

// Close stops what it has started: builds, processes, listeners. Accepted changes are on disk already; ctx limits how
// long processes may take to end by themselves.
func (e *Emulator) Close(ctx context.Context) {
	e.end()
	e.mu.Lock()
	e.closing = true
	sites := slices.Concat(slices.Collect(maps.Values(e.sites)), slices.Collect(maps.Values(e.fronts)))
	runners := slices.Collect(maps.Values(e.runners))
	e.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range sites {
		wg.Go(func() { s.close(ctx) })
	}
	for _, r := range runners {
		wg.Go(func() { r.stop(ctx) })
	}
	wg.Wait()
	e.work.Wait()
	e.proxy.CloseIdleConnections()
}

// now is the time in ms, never the same twice: lists are ordered and paged by it.
func (e *Emulator) now() int64 {
	e.last = max(e.last+1, time.Now().UnixMilli())
	return e.last
}

// pause waits one step of the pace; false means that the emulator is closing, or the work was cancelled.
func (e *Emulator) pause(ctx context.Context) bool {
	t := time.NewTimer(e.cfg.Pace)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// change is the only way to alter the state: f runs alone, and what it did is on disk when change returns.
func (e *Emulator) change(f func() error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closing {
		return errors.New("the emulator is closing")
	}
	if err := f(); err != nil {
		return err
	}
	return e.save()
}
