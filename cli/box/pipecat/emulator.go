// Package pipecat is Pipecat Cloud in a box: agents that roll from one deployment to the next as the real platform
// does, secret sets, sessions and logs, behind the private and the public API. What it knows of time is computed from
// the times of what was asked for, whenever somebody asks; nothing runs in the background.
package pipecat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/keep"
)

// Config makes an Emulator.
type Config struct {
	Dir        string                       // its own folder; made if missing
	PrivateKey string                       // sk_...: everything but starting sessions
	PublicKey  string                       // pk_...: starting sessions
	Secrets    map[string]map[string]string // sets that exist from the start; only the names of their keys are kept
	Pace       time.Duration                // of each phase of a rollout; 0 means 1 s
	Runner     string                       // http://localhost:7860, a local Pipecat runner that really starts the bot; "" for a pretended one
	Transport  http.RoundTripper            // to the runner; nil means http.DefaultTransport's clone
}

// Emulator is one organization at Pipecat Cloud. It is safe for several goroutines.
type Emulator struct {
	cfg    Config
	path   string
	runner *runner

	board  *fault.Board
	limits limits

	mu    sync.Mutex
	state state
}

// Open reads what an earlier one in the same folder has kept, and goes on from there.
func Open(_ context.Context, cfg Config) (*Emulator, error) {
	if cfg.PrivateKey == "" || cfg.PublicKey == "" || cfg.PrivateKey == cfg.PublicKey {
		return nil, errors.New("open the Pipecat emulator: it needs a private and a public key that differ")
	}
	if cfg.Pace == 0 {
		cfg.Pace = time.Second
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, uploadDir), 0o700); err != nil {
		return nil, fmt.Errorf("open the Pipecat emulator: %w", err)
	}
	e := &Emulator{cfg: cfg, path: filepath.Join(cfg.Dir, "pipecat.json"), board: fault.NewBoard(faultKinds()...), limits: usualLimits()}
	if _, err := keep.ReadJSON(e.path, &e.state); err != nil {
		return nil, fmt.Errorf("open the Pipecat emulator: %w", err)
	}
	if e.state.Agents == nil {
		e.state.Agents = map[string]*agent{}
	}
	if e.state.Sets == nil {
		e.state.Sets = map[string]*set{}
	}
	e.sweep()
	for name, values := range cfg.Secrets {
		e.state.seed(name, values)
	}
	if cfg.Runner != "" {
		r, err := newRunner(cfg.Runner, cfg.Transport)
		if err != nil {
			return nil, err
		}
		e.runner = r
	}
	return e, e.save()
}

// Close keeps the state once more and lets go of the runner. A session that runs goes on at the next Open.
func (e *Emulator) Close(context.Context) error {
	if e.runner != nil {
		e.runner.close()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.save()
}

// save is called with mu held, before an accepted change is answered.
func (e *Emulator) save() error { return keep.WriteJSON(e.path, e.state) }

// Handler serves the API below /v1, and takes the uploads of builds.
func (e *Emulator) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"GET /v1/agents":                               e.listAgents,
		"POST /v1/agents":                              e.createAgent,
		"GET /v1/agents/{agent}":                       e.getAgent,
		"POST /v1/agents/{agent}":                      e.updateAgent,
		"DELETE /v1/agents/{agent}":                    e.deleteAgent,
		"GET /v1/agents/{agent}/logs":                  e.logs,
		"GET /v1/agents/{agent}/sessions":              e.listSessions,
		"GET /v1/agents/{agent}/sessions/{session}":    e.getSession,
		"DELETE /v1/agents/{agent}/sessions/{session}": e.stopSession,
		"GET /v1/secrets":                              e.listSets,
		"GET /v1/secrets/{set}":                        e.getSet,
		"PUT /v1/secrets/{set}":                        e.putSet,
		"DELETE /v1/secrets/{set}":                     e.deleteSet,
		"DELETE /v1/secrets/{set}/{key}":               e.deleteKey,
		"GET /v1/builds":                               e.listBuilds,
		"GET /v1/builds/{build}":                       e.getBuild,
		"GET /v1/builds/{build}/logs":                  e.buildLogs,
		"POST /v1/builds/upload-url":                   e.uploadURL,
		"GET /v1/regions":                              regions,
		"GET /v1/properties":                           properties,
	} {
		mux.Handle(pattern, e.private(h))
	}
	mux.Handle("POST /v1/builds", e.keyed(e.cfg.PrivateKey, http.HandlerFunc(e.createBuild)))
	mux.HandleFunc("POST "+uploadPath, e.takeUpload)
	mux.Handle("POST /v1/public/{agent}/start", e.keyed(e.cfg.PublicKey, http.HandlerFunc(e.start)))
	mux.Handle("/v1/public/{agent}/sessions/{session}/{path...}", e.keyed(e.cfg.PublicKey, http.HandlerFunc(e.proxy)))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { write(w, noEndpoint()) })
	return e.board.Handler(mux, nil)
}

// handler answers one request of the private API, with mu held. What it changed is saved by who calls it.
type handler func(r *http.Request, now time.Time) answer

const maxBody = 2 << 20

func (e *Emulator) private(h handler) http.Handler {
	return e.keyed(e.cfg.PrivateKey, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		e.watchRunner(r.Context(), r.PathValue("agent"))
		write(w, e.locked(func(now time.Time) answer { return h(r, now) }, r.Method != http.MethodGet))
	}))
}

// keyed lets in who shows this key; the other kind of key is as good as none.
func (e *Emulator) keyed(key string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+key {
			write(w, unauthorized())
			return
		}
		h.ServeHTTP(w, r)
	})
}

// locked runs h on a state that is brought up to now, and keeps what it changed.
func (e *Emulator) locked(h func(now time.Time) answer, changes bool) answer {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now().UTC()
	for _, a := range e.state.Agents {
		a.settle(now, e.cfg.Pace)
	}
	e.forget(now)
	got := h(now)
	if changes && got.status < 300 {
		if err := e.save(); err != nil {
			return internal(err)
		}
	}
	return got
}
