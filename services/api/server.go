package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"readme/services/books"
)

// shelf is what the api does with the table of books.
type shelf interface {
	books.Shelf
	books.Uploads
	books.Outbox
}

type api struct {
	cfg    config
	log    *slog.Logger
	shelf  shelf
	files  books.Blobs
	queue  books.Queue
	spools chan struct{} // one token for each upload that is under way
	probes map[string]probe
	ready  readiness
	drain  time.Duration // how long requests may go on after the end of serve's context
}

// maxUploads bounds what uploads take of the disk: so many times maxFile.
const maxUploads = 8

func newAPI(cfg config, log *slog.Logger, s shelf, files books.Blobs, q books.Queue) *api {
	return &api{
		cfg: cfg, log: log, shelf: s, files: files, queue: q,
		spools: make(chan struct{}, maxUploads), drain: 25 * time.Second,
	}
}

// serve answers requests until ctx ends, then finishes those under way within the drain time.
func (a *api) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // an upload gets more, see there
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	a.log.Info("listening", "address", listener.Addr().String())
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	a.log.Info("stopping", "drain", a.drain.String())
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.drain)
	defer cancel()
	err := server.Shutdown(bounded)
	if err != nil {
		_ = server.Close()
		err = fmt.Errorf("drain requests: %w", err)
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return err
}

// handler is the whole api: the routes, and around them ids, the log and the last net under a panic.
func (a *api) handler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("/health", a.methods(methods{http.MethodGet: a.health}))
	routes.HandleFunc("/ready", a.methods(methods{http.MethodGet: a.readyz}))
	routes.HandleFunc("/admin/books/upload", a.methods(methods{http.MethodPost: a.admin(a.upload)}))
	routes.HandleFunc("/admin/books/{id}", a.methods(methods{http.MethodGet: a.admin(a.get), http.MethodDelete: a.admin(a.remove)}))
	routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, r, refused(http.StatusNotFound, "no_such_address", "there is nothing at this address"))
	})
	return a.observed(routes)
}

type methods map[string]http.HandlerFunc

// methods answers for an address. The mux could choose by method too, but answers the others in plain text.
func (a *api) methods(handlers methods) http.HandlerFunc {
	allowed := strings.Join(slices.Sorted(maps.Keys(handlers)), ", ")
	return func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		handle, ok := handlers[method]
		if !ok {
			w.Header().Set("Allow", allowed)
			a.fail(w, r, refused(http.StatusMethodNotAllowed, "method_not_allowed", "this address takes only "+allowed))
			return
		}
		handle(w, r)
	}
}

// admin lets only requests through that bear the token. Both sides are hashed first, so that neither the length nor a
// common beginning shows in the time of the comparison.
func (a *api) admin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			a.fail(w, r, refused(http.StatusUnauthorized, "token_missing", "send the header Authorization: Bearer ADMIN_TOKEN"))
			return
		}
		given := sha256.Sum256([]byte(token))
		if subtle.ConstantTimeCompare(given[:], a.cfg.token[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			a.fail(w, r, refused(http.StatusUnauthorized, "token_wrong", "this is not the admin token"))
			return
		}
		next(w, r)
	}
}
