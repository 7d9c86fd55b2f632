package main

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// health says that we are alive and which commit we are; it asks nobody, so a database that is away kills no api.
func (a *api) health(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusOK, map[string]string{"status": "ok", "commit": a.cfg.commit})
}

// probe reaches one of the things that we stand on.
type probe func(context.Context) error

const (
	probePatience = 3 * time.Second
	probeEvery    = 5 * time.Second // an answer is good for so long: a probe of the queue is a billed command
)

// readiness keeps the last answer of the probes. Who asks while they run waits for them.
type readiness struct {
	mu    sync.Mutex
	at    time.Time
	parts map[string]string
	ok    bool
}

// readyz says for each part whether it is really reached. Why not is in the log: this address needs no token.
func (a *api) readyz(w http.ResponseWriter, r *http.Request) {
	parts, ok := a.reach(r.Context())
	status, word := http.StatusOK, "ready"
	if !ok {
		status, word = http.StatusServiceUnavailable, "not ready"
	}
	a.answer(w, status, struct {
		Status string            `json:"status"`
		Commit string            `json:"commit"`
		Parts  map[string]string `json:"parts"`
	}{word, a.cfg.commit, parts})
}

func (a *api) reach(ctx context.Context) (map[string]string, bool) {
	a.ready.mu.Lock()
	defer a.ready.mu.Unlock()
	if !a.ready.at.IsZero() && time.Since(a.ready.at) < probeEvery {
		return a.ready.parts, a.ready.ok
	}
	// The answer is for others too: it must not be wrong because the first one to ask has left.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probePatience)
	defer cancel()
	var mu sync.Mutex
	parts, ok := map[string]string{}, true
	var all sync.WaitGroup
	for name, reach := range a.probes {
		all.Go(func() {
			err := reach(ctx)
			mu.Lock()
			defer mu.Unlock()
			parts[name] = "ok"
			if err != nil {
				parts[name], ok = "unreachable", false
				a.log.Warn("not ready", "part", name, "error", err)
			}
		})
	}
	all.Wait()
	a.ready.parts, a.ready.ok, a.ready.at = parts, ok, time.Now()
	return parts, ok
}
