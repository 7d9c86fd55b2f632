package vercel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

const (
	keptAddresses   = 5 // of the newest deployments
	functionTimeout = 300 * time.Second
	shutdownTime    = 2 * time.Second
)

// site is one address at the edge.
type site struct {
	addr   string
	server *http.Server
}

// listen opens the address of this name. Requests go to the deployment that which gives, with the lock held.
func (e *Emulator) listen(name string, which func() string) (*site, error) {
	l, err := e.cfg.Edge(name)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	s := &site{addr: l.Addr().String(), server: &http.Server{
		Handler: e.edge(which), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
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

// arrange brings addresses and processes in line with the state: the newest few deployments have an address; what
// the domain serves and the newest build beside it have a process. The caller holds the lock.
func (e *Emulator) arrange() error {
	named, running := e.wanted()
	for id, s := range e.sites {
		if !named[id] {
			delete(e.sites, id)
			e.run(s.close)
		}
	}
	for id, r := range e.runners {
		if !running[id] {
			delete(e.runners, id)
			e.run(r.stop)
		}
	}
	for _, d := range e.state.Deployments {
		if err := e.name(d, named); err != nil {
			return err
		}
		if running[d.ID] && e.runners[d.ID] == nil {
			e.runners[d.ID] = e.newRunner(*d)
		}
	}
	return nil
}

// name gives a deployment its address if it is to have one and has none.
func (e *Emulator) name(d *deployment, named map[string]bool) error {
	if !named[d.ID] || e.sites[d.ID] != nil {
		return nil
	}
	s, err := e.listen("dpl/"+d.ID, func() string { return d.ID })
	if err != nil {
		return err
	}
	e.sites[d.ID], d.URL = s, s.addr
	return nil
}

// wanted says who has an address, and who has a process.
func (e *Emulator) wanted() (named, running map[string]bool) {
	live := e.state.Project.Production
	named, running = map[string]bool{}, map[string]bool{}
	if live != "" {
		named[live], running[live] = true, true
	}
	all := e.state.Deployments
	beside := ""
	for i, d := range all {
		if len(all)-i <= keptAddresses {
			named[d.ID] = true
		}
		if d.State == "READY" && d.ID != live && (d.Substate == "STAGED" || d.Target != production) {
			beside = d.ID
		}
	}
	if beside != "" {
		running[beside] = true
	}
	return named, running
}

// edge serves the deployment that which gives, and answers as Vercel's edge does when there is nothing to serve.
func (e *Emulator) edge(which func() string) http.Handler {
	proxy := &httputil.ReverseProxy{
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
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		run := e.runners[which()]
		e.mu.Unlock()
		if run == nil {
			edgeError(w, http.StatusNotFound, "DEPLOYMENT_NOT_FOUND", "the deployment could not be found on Vercel")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), functionTimeout)
		defer cancel()
		address, err := run.reach(ctx)
		if err != nil {
			edgeError(w, http.StatusInternalServerError, "FUNCTION_INVOCATION_FAILED", err.Error())
			return
		}
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(ctx, targetKey{}, address)))
	})
}

type targetKey struct{}

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
