// Package railway emulates Railway on this machine: its public API, and behind it the building, running, restarting and
// draining of what is uploaded.
package railway

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"readme/cli/box/host"
)

//go:embed schema.graphql
var contract string

// Host builds and runs what is deployed.
type Host interface {
	Build(ctx context.Context, b host.Build) (host.Output, error)
	Start(ctx context.Context, r host.Run) (host.Process, error)
}

// Config is what the emulator needs. Names are those that a person would have typed into the dashboard.
type Config struct {
	Dir          string // the emulator's own; made if missing
	Token        string // the project token
	AccountToken string // a token for the whole account, or "" for none
	Project      string
	Environment  string
	Services     []Service
	Host         Host

	// Edge gives the listener on which a public service is reached from outside. Nil: nothing is.
	Edge func(service string) (net.Listener, error)
	// Dial reaches a process, for health checks and the edge. Nil: the network's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Pace is the least time that each phase of a deployment takes.
	Pace time.Duration
}

// Service is a service as it is set up before the first deployment.
type Service struct {
	Name      string
	Variables map[string]string
	Public    bool // it has a domain
}

// Emulator is a running Railway. Its methods are safe for several goroutines.
type Emulator struct {
	cfg    Config
	schema *ast.Schema
	logs   *journals
	faults faults
	client *http.Client // to the processes

	jobs    chan func(context.Context)
	closing chan struct{} // closed first: nothing new is started
	hurry   chan struct{} // closed when Close's time is over: processes are killed
	idle    chan struct{} // closed last: nothing runs any more
	close   sync.Once
	hurried sync.Once

	mu      sync.Mutex
	w       *world
	running map[string]*instance // by deployment
	hidden  map[string]time.Time // deployments that reads do not show before then
	edges   map[string]*edge     // by service id
	ports   map[int]bool         // handed out
}

// Open starts the emulator on its folder. What was live before runs again when it returns, and deployments that were
// under way go on. The context bounds the opening only.
func Open(ctx context.Context, cfg Config) (*Emulator, error) {
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, "archives"), 0o700); err != nil {
		return nil, err
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: contract})
	if err != nil {
		return nil, fmt.Errorf("railway's schema: %w", err)
	}
	e := &Emulator{
		cfg: cfg, schema: schema, logs: newJournals(filepath.Join(cfg.Dir, "logs")),
		client: &http.Client{
			// One connection a request: a connection that is kept belongs to a process that may be gone.
			Transport:     &http.Transport{DialContext: cfg.Dial, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		jobs: make(chan func(context.Context)), closing: make(chan struct{}), hurry: make(chan struct{}), idle: make(chan struct{}),
		running: map[string]*instance{}, hidden: map[string]time.Time{}, edges: map[string]*edge{}, ports: map[int]bool{},
	}
	if err := e.furnish(); err != nil {
		return nil, err
	}
	go e.supervise(context.WithoutCancel(ctx))
	if err := e.openEdges(); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	if err := e.comeBack(ctx); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	return e, nil
}

// supervise starts the jobs, and ends them all when the emulator closes.
func (e *Emulator) supervise(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for {
		select {
		case job := <-e.jobs:
			wg.Go(func() { job(ctx) })
		case <-e.closing:
			cancel()
			wg.Wait()
			close(e.idle)
			return
		}
	}
}

// spawn runs a job until it ends or the emulator closes. After Close it runs nothing: what was accepted goes on at
// the next Open.
func (e *Emulator) spawn(job func(context.Context)) bool {
	select {
	case e.jobs <- job:
		return true
	case <-e.closing:
		return false
	}
}

// Close stops every process with its drain time, and kills what is left when ctx ends. What was live stays so on disk.
func (e *Emulator) Close(ctx context.Context) error {
	e.close.Do(func() { close(e.closing) })
	var err error
	select {
	case <-e.idle:
	case <-ctx.Done():
		err = fmt.Errorf("close railway: %w", context.Cause(ctx))
		e.hurried.Do(func() { close(e.hurry) })
		<-e.idle
	}
	e.mu.Lock()
	edges := e.edges
	e.edges = map[string]*edge{}
	e.mu.Unlock()
	for _, ed := range edges {
		ed.close()
	}
	e.client.CloseIdleConnections()
	return errors.Join(err, e.logs.close())
}

// furnish loads the world, or makes it, and adds what the configuration has and it has not.
func (e *Emulator) furnish() error {
	e.sweep()
	w, err := e.load()
	if err != nil {
		return err
	}
	if w == nil {
		w = &world{
			ProjectID: uuid.NewString(), EnvironmentID: uuid.NewString(), TokenID: uuid.NewString(), WorkspaceID: uuid.NewString(),
			Created: now(), Shared: map[string]string{},
		}
	}
	e.w = w
	for _, s := range e.cfg.Services {
		have := w.named(s.Name)
		if have == nil {
			have = &service{
				ID: uuid.NewString(), InstanceID: uuid.NewString(), Name: s.Name, Created: now(), Updated: now(),
				Settings: settings{Restart: "ON_FAILURE", Retries: 10}, Variables: map[string]string{},
			}
			w.Services = append(w.Services, have)
		}
		if s.Public && have.Domain == nil {
			have.Domain = &domain{ID: uuid.NewString(), Created: now()}
		}
		have.seed(s.Variables, w.Deployments)
	}
	return e.save()
}

// comeBack starts what was live, waits until it serves, and goes on with what was under way.
func (e *Emulator) comeBack(ctx context.Context) error {
	e.mu.Lock()
	var wait []*instance
	for _, d := range e.w.Deployments {
		active := e.w.service(d.Service).Active == d.ID
		switch {
		case d.Status == removing || (d.Status == success && !active):
			d.Status, d.Instance, d.Stopped = removed, removed, true // its process went with the box
		case d.underway():
			e.launch(d.ID)
		case d.Status == success && !d.Stopped:
			wait = append(wait, e.launch(d.ID))
		}
	}
	err := e.save()
	e.mu.Unlock()
	for _, in := range wait {
		select {
		case <-in.ready:
		case <-ctx.Done():
			return fmt.Errorf("open railway: %w", context.Cause(ctx))
		}
	}
	return err
}

// now is the time as Railway writes it: in UTC, in milliseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// sleep waits, and reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
