package railway

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// edge is the stable address of one domain: a reverse proxy to whatever is live.
type edge struct {
	server *http.Server
	done   chan struct{}
}

func (e *Emulator) openEdges() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, env := range e.w.environments() {
		for _, in := range env.live() {
			for _, d := range in.Domains {
				if d.Custom || e.cfg.Edge == nil {
					continue
				}
				if err := e.openEdge(in, d); err != nil {
					return err
				}
			}
		}
	}
	return e.save()
}

// openEdge makes the instance reachable, at the address that the domain has from now on. The lock is held.
func (e *Emulator) openEdge(in *instance, d *domain) error {
	name := in.service.Name
	if d.Number > 1 {
		name += "-" + strconv.Itoa(d.Number)
	}
	l, err := e.cfg.Edge(in.env.project.Name, in.env.Name, name)
	if err != nil {
		return fmt.Errorf("railway: open the edge of %s: %w", name, err)
	}
	d.Host = l.Addr().String()
	ed := &edge{
		server: &http.Server{
			Handler: e.edgeHandler(in), ReadHeaderTimeout: 30 * time.Second, IdleTimeout: time.Minute,
			ErrorLog: log.New(io.Discard, "", 0),
		},
		done: make(chan struct{}),
	}
	go func() {
		defer close(ed.done)
		_ = ed.server.Serve(l) // ends with ErrServerClosed, or when the listener was taken away
	}()
	e.edges[d.ID] = ed
	return nil
}

// closeEdge takes a domain's address away. The lock is held, so requests that are under way are cut and not waited for.
func (e *Emulator) closeEdge(d *domain) {
	if ed := e.edges[d.ID]; ed != nil {
		_ = ed.server.Close()
		delete(e.edges, d.ID)
	}
}

func (ed *edge) close() {
	_ = ed.server.Close()
	<-ed.done
}

func (e *Emulator) edgeHandler(in *instance) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.fends(w, in) {
			return
		}
		deployment, address := e.route(in)
		switch {
		case deployment == "":
			edgeError(w, http.StatusNotFound, "Application not found")
		case address == "":
			e.logged(w, r, deployment, "", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				edgeError(w, http.StatusBadGateway, "Application failed to respond")
			}))
		default:
			e.logged(w, r, deployment, address, e.proxy(address))
		}
	})
}

// fends answers in place of the service when a fault says so.
func (e *Emulator) fends(w http.ResponseWriter, in *instance) bool {
	if _, ok := e.strikes(FaultEdgeChallenge, in); ok {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Railway</title><h1>Checking your browser</h1>"))
		return true
	}
	if _, ok := e.strikes(FaultEdgeSignIn, in); ok {
		edgeError(w, http.StatusUnauthorized, "Sign in with Railway to continue")
		return true
	}
	return false
}

// route is the instance's live deployment and where it listens: "" when there is none, or its process is gone. A
// sleeping one is woken.
func (e *Emulator) route(in *instance) (deployment, address string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.w.deployment(in.Active)
	if d == nil {
		return "", ""
	}
	if f, ok := e.lasts(FaultEdgeLate, in); ok && time.Since(d.Served) < f.For {
		return "", ""
	}
	run := e.running[d.ID]
	if run == nil {
		return d.ID, ""
	}
	if d.Status == sleeping {
		nudge(run.wake)
	}
	return d.ID, run.address
}

func (e *Emulator) proxy(address string) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", address
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		Transport: e.client.Transport,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			edgeError(w, http.StatusBadGateway, "Application failed to respond")
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

func edgeError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("X-Railway-Fallback", "true")
	writeJSON(w, status, map[string]any{"status": "error", "code": status, "message": message, "request_id": uuid.NewString()})
}

// port draws a free port of this machine that no other service was given.
func (e *Emulator) port() (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed at once
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if !e.ports[port] {
			e.ports[port] = true
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port on this machine")
}

func (e *Emulator) freePort(port int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.ports, port)
}
