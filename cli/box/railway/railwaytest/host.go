package railwaytest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"readme/cli/box/host"
)

// Host builds nothing and runs goroutines. Its commands are their own script:
//
//	build: "ok", "fail", "slow 30s"
//	start: "serve"              answers 200 and its commit on every path, and logs
//	       "serve 503"          answers that status
//	       "crash 3"            exits at once with that code
//	       "crash-after 20s 1"  serves until then
//	       "quiet"              listens nowhere, and runs until it is stopped
//	       "stubborn"           likewise, but ignores TERM
type Host struct {
	Listen func(address string) (net.Listener, error)

	mu     sync.Mutex
	builds []host.Build
	runs   []host.Run
	alive  int
}

// Builds are the builds that were asked for, in order.
func (h *Host) Builds() []host.Build {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]host.Build(nil), h.builds...)
}

// Runs are the processes that were started, in order.
func (h *Host) Runs() []host.Run {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]host.Run(nil), h.runs...)
}

// Alive is how many processes run now.
func (h *Host) Alive() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.alive
}

// Build does what the command says.
func (h *Host) Build(ctx context.Context, b host.Build) (host.Output, error) {
	h.mu.Lock()
	h.builds = append(h.builds, b)
	h.mu.Unlock()
	verb, rest, _ := strings.Cut(b.Command, " ")
	b.Say("building " + b.Service)
	switch verb {
	case "fail":
		b.Say("main.go:7:2: undefined: readBook")
		return host.Output{}, errors.New("the build command exited with code 1")
	case "slow":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return host.Output{}, err
		}
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return host.Output{}, ctx.Err()
		}
	}
	return host.Output{Dir: "/built/" + b.Service}, nil
}

// Start does what the command says.
func (h *Host) Start(_ context.Context, r host.Run) (host.Process, error) {
	h.mu.Lock()
	h.runs = append(h.runs, r)
	h.alive++
	h.mu.Unlock()
	p := &process{run: r, term: make(chan struct{}), kill: make(chan struct{}), done: make(chan struct{})}
	words := strings.Fields(r.Command)
	if len(words) == 0 {
		words = []string{"crash", "127"}
	}
	stop := func() {}
	if words[0] == "serve" || words[0] == "crash-after" {
		l, err := h.Listen("127.0.0.1:" + r.Env["PORT"])
		if err != nil {
			return nil, err
		}
		stop = serve(l, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			status := http.StatusOK
			if words[0] == "serve" && len(words) > 1 {
				_, _ = fmt.Sscan(words[1], &status)
			}
			r.Say("stdout", `{"level":"INFO","msg":"request","path":"`+req.URL.Path+`","status":`+strconv.Itoa(status)+`}`)
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, "%s %s", r.Service, r.Env["RELEASE_COMMIT"])
		}))
	}
	go func() {
		p.exit = p.live(words)
		stop()
		h.mu.Lock()
		h.alive--
		h.mu.Unlock()
		close(p.done)
	}()
	return p, nil
}

type process struct {
	run        host.Run
	term, kill chan struct{}
	done       chan struct{}
	exit       int
	once       sync.Once
}

func (p *process) live(words []string) int {
	p.run.Say("stdout", "hello from "+p.run.Service)
	code := 0
	switch words[0] {
	case "crash":
		_, _ = fmt.Sscan(words[1], &code)
		p.run.Say("stderr", "panic: the end")
		return code
	case "crash-after":
		d, _ := time.ParseDuration(words[1])
		_, _ = fmt.Sscan(words[2], &code)
		select {
		case <-time.After(d):
			return code
		case <-p.term:
		}
	case "stubborn":
		<-p.kill
		return -1
	}
	<-p.term
	return 0
}

func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) Exit() int { return p.exit }

func (p *process) Stop(ctx context.Context) {
	p.once.Do(func() {
		close(p.term)
		drain := time.NewTimer(p.run.Drain)
		defer drain.Stop()
		select {
		case <-p.done:
		case <-drain.C:
		case <-ctx.Done():
		}
		close(p.kill)
	})
	<-p.done
}
