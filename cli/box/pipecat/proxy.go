package pipecat

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

func (r *runner) at(path string) *url.URL {
	u := *r.start
	u.Path = path
	return &u
}

// proxy is how a client reaches the routes of the bot of its session.
func (e *Emulator) proxy(w http.ResponseWriter, r *http.Request) {
	name, id, path := r.PathValue("agent"), r.PathValue("session"), r.PathValue("path")
	switch {
	case !e.active(name, id):
		http.Error(w, "Invalid or not-yet-ready session_id", http.StatusNotFound)
	case e.runner == nil:
		write(w, answer{http.StatusNotFound, map[string]any{"detail": "Not Found"}})
	default:
		target := e.runner.at("/sessions/" + id + "/" + path)
		(&httputil.ReverseProxy{
			Transport: e.runner.client.Transport,
			Rewrite: func(p *httputil.ProxyRequest) {
				query := p.In.URL.RawQuery
				p.Out.URL, p.Out.Host = target, target.Host
				p.Out.URL.RawQuery = query
				p.Out.Header.Del("Authorization")
			},
			ModifyResponse: func(resp *http.Response) error {
				if resp.StatusCode < 300 && r.Method == http.MethodPost && strings.HasSuffix(path, "api/offer") {
					return e.met(name, id)
				}
				return nil
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				write(w, refuse(http.StatusInternalServerError, "500", internalText+" the local runner does not answer: "+err.Error()))
			},
		}).ServeHTTP(w, r)
	}
}

func (e *Emulator) active(name, id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.state.Agents[name]
	if a == nil {
		return false
	}
	a.settle(time.Now().UTC(), e.cfg.Pace)
	s := a.session(id)
	return s != nil && s.Ended.IsZero()
}

// met is a session whose person has come: it no longer ends for want of an offer.
func (e *Emulator) met(name, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if a := e.state.Agents[name]; a != nil {
		if s := a.session(id); s != nil && s.Ended.IsZero() {
			s.Due = e.state.longest(name, s)
			return e.save()
		}
	}
	return nil
}

// longest is when a session is ended whatever it does.
func (st *state) longest(name string, s *session) time.Time {
	most := 7200
	if a := st.Agents[name]; a != nil {
		if d := a.deployment(s.Deployment); d != nil {
			most = d.Spec.MaxSession
		}
	}
	return s.Created.Add(time.Duration(most) * time.Second)
}
