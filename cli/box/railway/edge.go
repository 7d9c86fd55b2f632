package railway

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"time"

	"github.com/google/uuid"
)

// edge is the stable address of one public service: a reverse proxy to whatever is live.
type edge struct {
	server *http.Server
	done   chan struct{}
}

func (e *Emulator) openEdges() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.w.Services {
		if s.Domain == nil || e.cfg.Edge == nil {
			continue
		}
		if err := e.openEdge(s); err != nil {
			return err
		}
	}
	return e.save()
}

// openEdge makes the service reachable, at the address that its domain has from now on. The lock is held.
func (e *Emulator) openEdge(s *service) error {
	l, err := e.cfg.Edge(s.Name)
	if err != nil {
		return fmt.Errorf("railway: open the edge of %s: %w", s.Name, err)
	}
	s.Domain.Host = l.Addr().String()
	ed := &edge{
		server: &http.Server{
			Handler: e.edgeHandler(s.ID), ReadHeaderTimeout: 30 * time.Second, IdleTimeout: time.Minute,
			ErrorLog: log.New(io.Discard, "", 0),
		},
		done: make(chan struct{}),
	}
	go func() {
		defer close(ed.done)
		_ = ed.server.Serve(l) // ends with ErrServerClosed, or when the listener was taken away
	}()
	e.edges[s.ID] = ed
	return nil
}

func (ed *edge) close() {
	_ = ed.server.Close()
	<-ed.done
}

func (e *Emulator) edgeHandler(serviceID string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, live := e.route(serviceID)
		switch {
		case !live:
			edgeError(w, http.StatusNotFound, "Application not found")
		case address == "":
			edgeError(w, http.StatusBadGateway, "Application failed to respond")
		default:
			e.proxy(address).ServeHTTP(w, r)
		}
	})
}

// route is where the service's live deployment listens: false when there is none, "" when its process is gone.
func (e *Emulator) route(serviceID string) (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.w.service(serviceID)
	if s.Active == "" {
		return "", false
	}
	if in := e.running[s.Active]; in != nil {
		return in.address, true
	}
	return "", true
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
