// Package railway emulates Railway on this machine: its public API, and behind it the building, running, restarting and
// draining of what is deployed.
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

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"readme/cli/box/fault"
)

//go:embed schema.graphql
var contract string

//go:embed beyond.graphql
var beyond string

// Emulator is a running Railway. Its methods are safe for several goroutines.
type Emulator struct {
	cfg    Config
	schema *ast.Schema
	logs   *journals
	board  *fault.Board
	client *http.Client // to the processes

	jobs    chan func(context.Context)
	closing chan struct{} // closed first: nothing new is started
	hurry   chan struct{} // closed when Close's time is over: processes are killed
	idle    chan struct{} // closed last: nothing runs any more
	close   sync.Once
	hurried sync.Once

	mu      sync.Mutex
	w       *world
	tokens  map[string]*environment // by project token
	running map[string]*runner      // by deployment
	hidden  map[string]time.Time    // deployments that reads do not show before then
	late    map[string]time.Time    // deployments that are not the latest one before then
	before  map[string]before       // by instance: what reads show of its variables for a while
	hits    map[string][]hit        // by deployment: what came through the edge
	edges   map[string]*edge        // by domain id
	ports   map[int]bool            // handed out
	images  map[string]*standIn     // by the address that it has instead of a port
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
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: contract}, &ast.Source{Name: "beyond.graphql", Input: beyond})
	if err != nil {
		return nil, fmt.Errorf("railway's schema: %w", err)
	}
	e := &Emulator{
		cfg: cfg, schema: schema, logs: newJournals(filepath.Join(cfg.Dir, "logs")),
		board: fault.NewBoard(kinds()...),
		jobs:  make(chan func(context.Context)), closing: make(chan struct{}), hurry: make(chan struct{}), idle: make(chan struct{}),
		running: map[string]*runner{}, hidden: map[string]time.Time{}, late: map[string]time.Time{}, hits: map[string][]hit{}, before: map[string]before{},
		edges: map[string]*edge{}, ports: map[int]bool{}, images: map[string]*standIn{},
	}
	e.client = &http.Client{
		// One connection a request: a connection that is kept belongs to a process that may be gone.
		Transport:     &http.Transport{DialContext: e.dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
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

// Faults is the switchboard of this Railway's bad days.
func (e *Emulator) Faults() *fault.Board { return e.board }

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
