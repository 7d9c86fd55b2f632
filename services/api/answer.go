package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// refusal is an error that the client may read.
type refusal struct {
	status        int
	code, message string
	cause         error // for the log only
}

func (e *refusal) Error() string { return e.code + ": " + e.message }
func (e *refusal) Unwrap() error { return e.cause }

func refused(status int, code, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

// away is the answer when something that we stand on does not: what is a code, "database_unavailable".
func away(code, message string, cause error) *refusal {
	return &refusal{status: http.StatusServiceUnavailable, code: code, message: message, cause: cause}
}

// fail answers with the error, and logs its cause. An error that is no refusal is a bug of ours, and says nothing more.
func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		no = &refusal{status: http.StatusInternalServerError, code: "internal", message: "something went wrong on our side", cause: err}
	}
	if no.cause != nil {
		a.log.ErrorContext(r.Context(), no.message, "request_id", requestID(r.Context()), "code", no.code, "error", no.cause)
	}
	type said struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	a.answer(w, no.status, struct {
		Error     said   `json:"error"`
		RequestID string `json:"request_id"`
	}{said{no.code, no.message}, requestID(r.Context())})
}

func (a *api) answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		a.log.Error("cannot encode an answer", "error", err)
		status, text = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

type requestIDKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// observed gives each request an id (the client's own if it is harmless), logs it, and answers for a handler that panics.
func (a *api) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !harmless(id) {
			id = strings.ToLower(rand.Text())[:16]
		}
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		w.Header().Set("X-Request-Id", id)
		seen := &recorder{ResponseWriter: w}
		start := time.Now()
		defer func() {
			if p := recover(); p != nil {
				a.log.Error("a handler panicked", "request_id", id, "panic", p, "stack", string(debug.Stack()))
				if seen.status == 0 {
					a.fail(seen, r, errors.New("panic"))
				}
			}
			if r.URL.Path != "/health" || seen.status != http.StatusOK { // asked every few seconds
				a.log.Info("request", "request_id", id, "method", r.Method, "path", r.URL.Path, "status", seen.status,
					"ms", time.Since(start).Milliseconds())
			}
		}()
		next.ServeHTTP(seen, r)
	})
}

// harmless ids may be repeated in headers and logs.
func harmless(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the deadlines of the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
