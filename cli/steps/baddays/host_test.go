package baddays_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"readme/cli/box/forge"
	"readme/cli/box/host"
	"readme/cli/box/railway/railwaytest"
)

// machine builds and runs the product for both vendors, in memory. What it builds remembers the version of its source.
type machine struct {
	w *world

	mu    sync.Mutex
	built map[string]bool
	alive map[*process]bool
}

const buildTime = 20 * time.Second

func (m *machine) Build(ctx context.Context, b host.Build) (host.Output, error) {
	version, err := versionIn(b.Archive, b.Root)
	if err != nil {
		return host.Output{}, err
	}
	out := host.Output{Dir: "/built/" + b.Service + "/" + version}
	m.mu.Lock()
	out.Cached = m.built[out.Dir]
	m.mu.Unlock()
	if out.Cached {
		return out, nil
	}
	b.Say("building version " + version)
	select {
	case <-time.After(buildTime):
	case <-ctx.Done():
		return host.Output{}, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.built[out.Dir] = true
	return out, nil
}

func versionIn(archive, root string) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	for in := tar.NewReader(z); ; {
		head, err := in.Next()
		if err != nil {
			return "", fmt.Errorf("no version in %s of %s: %w", root, archive, err)
		}
		if path.Clean(head.Name) == path.Join(root, "version") {
			b, err := io.ReadAll(in)
			return string(b), err
		}
	}
}

func (m *machine) Start(_ context.Context, r host.Run) (host.Process, error) {
	p := &process{m: m, service: r.Service, version: path.Base(r.Dir), done: make(chan struct{})}
	r.Say("stdout", r.Service+" is at work") // as the check wants to see it
	stop, err := m.w.net.Serve("127.0.0.1:"+r.Env["PORT"], m.w.handler(r.Service, p.version, r.Env))
	if err != nil {
		return nil, err
	}
	p.stop = stop
	m.mu.Lock()
	defer m.mu.Unlock()
	m.alive[p] = true
	return p, nil
}

// running lists the versions of a service of which a process runs.
func (m *machine) running(service string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for p := range m.alive {
		if p.service == service {
			out = append(out, p.version)
		}
	}
	return out
}

type process struct {
	m                *machine
	service, version string
	stop             func()
	once             sync.Once
	done             chan struct{}
}

func (p *process) Done() <-chan struct{} { return p.done }
func (p *process) Exit() int             { return 0 }

func (p *process) Stop(context.Context) {
	p.once.Do(func() {
		p.stop()
		p.m.mu.Lock()
		delete(p.m.alive, p)
		p.m.mu.Unlock()
		close(p.done)
	})
	<-p.done
}

// hosting is where the vendors fetch commits from.
type hosting struct{}

func (hosting) Commit(_ context.Context, name, ref string) (forge.Commit, error) {
	if !strings.EqualFold(name, repo) {
		return forge.Commit{}, forge.ErrNoRepository
	}
	c := forge.Commit{Author: "Ada", At: time.Date(1999, 12, 1, 0, 0, 0, 0, time.UTC)}
	for version := 1; version <= 2; version++ {
		if sha := commitOf(version); ref == sha || ref == "main" || ref == "HEAD" {
			c.SHA, c.Message = sha, fmt.Sprint("version ", version)
		}
	}
	if c.SHA == "" {
		return c, forge.ErrNoCommit
	}
	if ref != c.SHA {
		c.Branch = "main"
	}
	return c, nil
}

func (h hosting) Archive(ctx context.Context, name, sha, file string) error {
	if _, err := h.Commit(ctx, name, sha); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(path.Dir(file), "new-*") // two services may fetch the same commit at once
	if err != nil {
		return err
	}
	_, err = tmp.Write(railwaytest.Archive(files(int(sha[0] - '0'))))
	return errors.Join(err, tmp.Close(), os.Rename(tmp.Name(), file))
}
