// Package box is the cloud in a box: a real Postgres, an in-process Redis, and emulators of the vendors' APIs that
// build and run the product's own services. No account is needed, and nothing leaves the machine.
package box

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"readme/cli/box/fault"
	"readme/cli/release"
	"readme/cli/spec"
)

// Config makes a box.
type Config struct {
	Project   string // the project's folder; the box lies in .readme-ops/box below it
	Cache     string // builds and downloads lie here, outside of any repository
	Downloads string // a fetched Postgres lies here; any user must be able to enter it
	Data      string // where Postgres keeps its data; "" for the box's own folder. Root needs another
	Command   string // who opens it: "box up" or "release"
	Environ   []string
	Release   *spec.Release
	Matrix    *spec.Matrix
	Env       string // the environment that the box stands for
	Repo      string // "owner/name" of the project's repository at its hosting, or what the box calls it
	Agent     string // the bot's name at Pipecat
	Set       string // the bot's secret set there, "" for none
	Runner    string // a local Pipecat runner that sessions are handed on to, "http://localhost:7860"; "" for none
	Offline   bool
	Say       func(string) // each line that the person should know
}

// Info is where the box's parts are, and what opens them. Secrets do not encode; join.go writes them apart.
type Info struct {
	Env              string
	Mode             string // who holds the box: "box up" may be joined by others
	PID              int
	Railway          string // base URLs of the vendors' APIs
	Vercel           string
	Pipecat          string
	Supabase         string
	Control          string                    // where a running box takes orders
	ControlKey       release.Secret            `json:"-"`
	RailwayToken     release.Secret            `json:"-"`
	VercelToken      release.Secret            `json:"-"`
	PipecatKey       release.Secret            `json:"-"`
	PipecatPublicKey release.Secret            `json:"-"`
	SupabaseKey      release.Secret            `json:"-"`
	Database         release.Secret            `json:"-"`
	Redis            release.Secret            `json:"-"`
	Values           map[string]release.Secret `json:"-"` // the matrix's variables, as the box has them
	Node             bool                      // whether the client can be built
	Notes            []string                  // what the plan should warn of
}

// Box is a running one.
type Box struct {
	dir   string
	cfg   Config
	lock  *lock
	state *state
	info  Info

	mu        sync.Mutex              // the backends and the vendors start side by side
	listeners map[string]net.Listener // the vendors' ports
	closers   []func(context.Context)
	boards    map[string][]*fault.Board    // by vendor
	accounts  map[string]map[string]string // by environment: what a founder would have typed in

	makeDatabase func(ctx context.Context, name string) error // on the box's own server; nil where the founder has one
}

// Dir is the box's folder in a project.
func Dir(project string) string { return filepath.Join(project, ".readme-ops", "box") }

// Repo is what a repository without origin is called at the hosting that the box plays.
func Repo(project string) string { return "local/" + project }

// Info gives where everything is. Its maps are not to be changed.
func (b *Box) Info() Info { return b.info }

// Open starts the box and brings back what was live in it. When another process holds it, the error is a Fault with
// exit code 8, and Running may tell how to join it.
func Open(ctx context.Context, cfg Config) (*Box, error) {
	dir := Dir(cfg.Project)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unwritable(dir, err)
	}
	l, holder, err := takeLock(dir, "lock", cfg.Command)
	if errors.Is(err, errHeld) {
		return nil, lockedFault("another readme-ops holds the box", holder)
	}
	if err != nil {
		return nil, unwritable(dir, err)
	}
	_ = os.Remove(filepath.Join(dir, upFile)) // a killed box has left it
	b := &Box{dir: dir, cfg: cfg, lock: l, boards: map[string][]*fault.Board{}, accounts: map[string]map[string]string{}}
	b.onClose(func(context.Context) { l.release() })
	if err := b.open(ctx); err != nil {
		b.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return b, nil
}

func (b *Box) open(ctx context.Context) (err error) {
	if b.state, err = loadState(b.dir); err != nil {
		return err
	}
	if note := ignored(b.cfg.Environ); note != "" {
		b.cfg.Say(note)
	}
	if err := b.draw(); err != nil {
		return err
	}
	if err := b.bind(); err != nil {
		return err
	}
	if err := b.backends(ctx); err != nil {
		return err
	}
	if err := b.vendors(ctx); err != nil {
		return err
	}
	b.serve("control", b.control(), func(context.Context) {})
	b.info.Notes = b.state.notes()
	return b.announce(b.cfg.Command)
}

// draw gives every key its value, so that what refers to each other can be written before it runs.
func (b *Box) draw() (err error) {
	b.info.Env = b.cfg.Env
	for name, s := range map[string]struct {
		to     *release.Secret
		prefix string
	}{
		"railway":        {&b.info.RailwayToken, "railway_local_"},
		"vercel":         {&b.info.VercelToken, "vercel_local_"},
		"pipecat":        {&b.info.PipecatKey, "sk_local_"},
		"pipecat/public": {&b.info.PipecatPublicKey, "pk_local_"},
		"supabase":       {&b.info.SupabaseKey, "sb_secret_local_"},
		"control":        {&b.info.ControlKey, ""},
	} {
		drawn, err := b.state.secret(name, s.prefix)
		if err != nil {
			return unwritable(b.dir, err)
		}
		*s.to = release.NewSecret(drawn)
	}
	return nil
}

// backends starts the database, the queue and the storage: what the services need before they can come back.
func (b *Box) backends(ctx context.Context) error {
	// Redis first and alone: a process that is being started holds our sockets for a moment, the port that was just
	// looked at among them.
	if err := b.startRedis(); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.startPostgres(ctx) })
	g.Go(func() error { return b.startSupabase(ctx) })
	return g.Wait()
}

func (b *Box) get(name string) string {
	for _, kv := range b.cfg.Environ {
		if len(kv) > len(name) && kv[:len(name)] == name && kv[len(name)] == '=' {
			return kv[len(name)+1:]
		}
	}
	return ""
}

// bind opens the vendors' ports before anything runs, because their addresses are values of variables.
func (b *Box) bind() error {
	b.listeners = map[string]net.Listener{}
	for name, base := range map[string]*string{
		"railway": &b.info.Railway, "vercel": &b.info.Vercel, "pipecat": &b.info.Pipecat, "supabase": &b.info.Supabase,
		"control": &b.info.Control,
	} {
		l, err := b.state.listen(name)
		if err != nil {
			return err
		}
		b.listeners[name], *base = l, "http://"+l.Addr().String()
		b.onClose(func(context.Context) { _ = l.Close() })
	}
	return nil
}

// serve serves a vendor's emulator until the box closes.
func (b *Box) serve(vendor string, h http.Handler, end func(context.Context)) {
	b.mu.Lock()
	l := b.listeners[vendor]
	b.mu.Unlock()
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }()
	b.onClose(end)
	b.onClose(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if srv.Shutdown(ctx) != nil {
			_ = srv.Close()
		}
	})
}

func (b *Box) onClose(f func(context.Context)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closers = append(b.closers, f)
}

// Close stops everything that the box has started, the last first, and lets go of it. A second Close does nothing.
func (b *Box) Close(ctx context.Context) {
	b.mu.Lock()
	closers := b.closers
	b.closers = nil
	b.mu.Unlock()
	if len(closers) > 0 { // else the folder may be another process's by now
		_ = os.Remove(filepath.Join(b.dir, upFile))
	}
	for _, c := range slices.Backward(closers) {
		c(ctx)
	}
}

// edge gives an emulator the listener of that name; the box draws its port once and keeps it.
func (b *Box) edge(vendor string) func(string) (net.Listener, error) {
	return func(name string) (net.Listener, error) { return b.state.listen(vendor + "/" + name) }
}

func unwritable(dir string, err error) error {
	if f := release.DiskFault("keep what the box remembers", dir, err); f != nil {
		return f
	}
	return &release.Fault{
		Title: "the box cannot write its folder " + dir, Detail: err.Error(),
		Try: "ls -ld " + dir, Exit: release.ExitStepFailed, Cause: err,
	}
}
