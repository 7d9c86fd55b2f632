package vercel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

const (
	functionTimeout = 300 * time.Second
	shutdownTime    = 2 * time.Second
)

// site is one address at the edge.
type site struct {
	addr   string
	server *http.Server
}

// place is what an address leads to.
type place struct {
	deployment deployment
	project    project
	domain     bool // and not a deployment's own address
	protected  bool
	paused     bool
	run        *runner
}

// listen opens the address of this name. Requests go to what look gives, which is called with the lock held.
func (e *Emulator) listen(name string, look func() place) (*site, error) {
	l, err := e.cfg.Edge(name)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	s := &site{addr: l.Addr().String(), server: &http.Server{
		Handler: e.edge(look), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}}
	e.run(func(context.Context) { _ = s.server.Serve(l) })
	return s, nil
}

// close lets what is on its way end, for a moment.
func (s *site) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// placeOf is where a deployment's address leads. The caller holds the lock.
func (e *Emulator) placeOf(id string, p *project, domain bool) place {
	d := e.deployment(id)
	if d == nil || p == nil {
		return place{}
	}
	_, paused := e.faults.Is(ProjectPaused, p.Name)
	return place{deployment: *d, project: *p, domain: domain, protected: e.protects(p, d, domain), paused: paused, run: e.runners[id]}
}

// edge answers as Vercel's edge does, also where there is nothing to serve.
func (e *Emulator) edge(look func() place) http.Handler {
	proxy := e.reverse()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		at := look()
		secrets := maps.Clone(at.project.Bypass) // the project's own may change meanwhile
		e.mu.Unlock()
		d := at.deployment
		switch {
		case at.paused:
			edgeError(w, http.StatusServiceUnavailable, "DEPLOYMENT_PAUSED", "this deployment is temporarily paused")
			return
		case d.ID == "" || d.State != "READY" || !d.Prebuilt && at.run == nil:
			edgeError(w, http.StatusNotFound, "DEPLOYMENT_NOT_FOUND", "the deployment could not be found on Vercel")
			return
		case at.protected && !pass(w, r, secrets):
			return
		case d.Crashes:
			edgeError(w, http.StatusInternalServerError, "FUNCTION_INVOCATION_FAILED", "the function has crashed")
			return
		case d.Prebuilt:
			e.serveStatic(w, r, d)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), functionTimeout)
		defer cancel()
		address, err := at.run.reach(ctx)
		if err != nil {
			edgeError(w, http.StatusInternalServerError, "FUNCTION_INVOCATION_FAILED", err.Error())
			return
		}
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(ctx, targetKey{}, address)))
	})
}

type targetKey struct{}

// reverse hands a request on to the process whose address it carries.
func (e *Emulator) reverse() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport: e.proxy,
		Rewrite: func(r *httputil.ProxyRequest) {
			target, _ := r.In.Context().Value(targetKey{}).(string)
			r.SetURL(&url.URL{Scheme: "http", Host: target})
			r.SetXForwarded()
			r.Out.Host = r.In.Host
		},
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if errors.Is(err, context.DeadlineExceeded) {
				edgeError(w, http.StatusGatewayTimeout, "FUNCTION_INVOCATION_TIMEOUT", "the function took too long")
				return
			}
			edgeError(w, http.StatusInternalServerError, "FUNCTION_INVOCATION_FAILED", err.Error())
		},
	}
}

func edgeError(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("X-Vercel-Error", code)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "%s\n\n%s\n", code, text)
}

// freePort draws a port on the loopback that nobody uses at this moment.
func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := l.Addr().String()
	return address, l.Close()
}
