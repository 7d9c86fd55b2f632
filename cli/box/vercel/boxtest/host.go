package boxtest

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"readme/cli/box/host"
)

// Host builds and runs in memory. What it "runs" answers every request with a line that names the contents of the
// file page.txt of its build and its variable GREETING. A build whose archive holds a file named broken fails.
type Host struct {
	Net       *Net
	BuildTime time.Duration

	mu      sync.Mutex
	outputs map[string]output // by archive and variables
	builds  int
	running map[*process]bool
	refuse  string
}

type output struct {
	dir   string
	page  string
	built bool
}

var errBroken = errors.New(`command "npx next build" exited with 1`)

// Builds counts the builds that were not answered from what was kept.
func (h *Host) Builds() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.builds
}

// Running counts the processes.
func (h *Host) Running() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.running)
}

// Crash ends every process from outside.
func (h *Host) Crash() {
	h.mu.Lock()
	all := slices.Collect(maps.Keys(h.running))
	h.mu.Unlock()
	for _, p := range all {
		p.Stop(context.Background())
	}
}

// Refuse lets every process that is started from now on write a line and end; "" lets them live.
func (h *Host) Refuse(line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refuse = line
}

// Build reads the archive, and takes BuildTime.
func (h *Host) Build(ctx context.Context, b host.Build) (host.Output, error) {
	files, err := unpack(b.Archive)
	if err != nil {
		return host.Output{}, err
	}
	if b.Root != "" {
		if files = below(files, b.Root); len(files) == 0 {
			return host.Output{}, fmt.Errorf("the archive has no folder %q", b.Root)
		}
	}
	key := fmt.Sprint(files, b.Command, b.Env, b.Node)
	h.mu.Lock()
	kept := h.outputs[key]
	h.mu.Unlock()
	if kept.built {
		return host.Output{Dir: kept.dir, Cached: true}, nil
	}
	b.Say("$ " + b.Command)
	select {
	case <-time.After(h.BuildTime):
	case <-ctx.Done():
		return host.Output{}, context.Cause(ctx)
	}
	if why, broken := files["broken"]; broken {
		b.Say("./app/page.tsx: " + why)
		return host.Output{}, errBroken
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.builds++
	if h.outputs == nil {
		h.outputs = map[string]output{}
	}
	o := output{dir: fmt.Sprintf("/builds/%d", h.builds), page: files["page.txt"], built: true}
	h.outputs[key] = o
	return host.Output{Dir: o.dir}, nil
}

// Start serves on the port of the command's -p.
func (h *Host) Start(_ context.Context, r host.Run) (host.Process, error) {
	port := regexp.MustCompile(`-p (\d+)`).FindStringSubmatch(r.Command)
	if port == nil {
		return nil, fmt.Errorf("the command names no port: %s", r.Command)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse != "" {
		r.Say("stderr", h.refuse)
		done := make(chan struct{})
		close(done)
		p := &process{host: h, done: done}
		p.once.Do(func() {}) // there is nothing to stop
		return p, nil
	}
	page := "?"
	for _, o := range h.outputs {
		if o.dir == r.Dir {
			page = o.page
		}
	}
	stop, err := h.Net.Serve("127.0.0.1:"+port[1], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "%s %s", page, r.Env["GREETING"])
	}))
	if err != nil {
		return nil, err
	}
	p := &process{host: h, stop: stop, done: make(chan struct{})}
	if h.running == nil {
		h.running = map[*process]bool{}
	}
	h.running[p] = true
	return p, nil
}

type process struct {
	host *Host
	stop func()
	once sync.Once
	done chan struct{}
}

func (p *process) Done() <-chan struct{} { return p.done }
func (p *process) Exit() int             { return 0 }

func (p *process) Stop(context.Context) {
	p.once.Do(func() {
		p.stop()
		p.host.mu.Lock()
		delete(p.host.running, p)
		p.host.mu.Unlock()
		close(p.done)
	})
	<-p.done
}

// below gives the files of a folder.
func below(files map[string]string, root string) map[string]string {
	under := map[string]string{}
	for name, content := range files {
		if rest, ok := strings.CutPrefix(name, root+"/"); ok {
			under[rest] = content
		}
	}
	return under
}

func unpack(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	in := tar.NewReader(zip)
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		files[head.Name] = string(b)
	}
}
