package vercel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// maxBody is what a request other than a file may hold: 15,000 files in a deployment, or a thousand variables.
const maxBody = 8 << 20

// refusal is an error as Vercel sends it.
type refusal struct {
	status int
	code   string
	text   string
	extra  map[string]any
	header http.Header
}

func (r *refusal) Error() string { return r.text }

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, text: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "bad_request", format, args...)
}

func notFound(what string) *refusal {
	return refuse(http.StatusNotFound, "not_found", "%s not found", what)
}

// endpoint answers with a status and a body to be encoded; a nil body is sent as nothing at all, without a type,
// because the CLI fails on an empty answer that says that it is JSON.
type endpoint func(r *http.Request) (status int, body any, err error)

func (h endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body, err := h(r)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, status, body)
}

// reading makes an endpoint of a look at the state, which nobody changes meanwhile.
func (e *Emulator) reading(f func(r *http.Request) (any, error)) endpoint {
	return func(r *http.Request) (int, any, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		v, err := f(r)
		return http.StatusOK, v, err
	}
}

// changing makes an endpoint of a change of the state.
func (e *Emulator) changing(f func(r *http.Request) (int, any, error)) endpoint {
	return func(r *http.Request) (status int, body any, err error) {
		err = slurp(r) // a slow body must not keep everybody else waiting
		if err == nil {
			err = e.change(func() error { status, body, err = f(r); return err })
		}
		return status, body, err
	}
}

// ofProject is for endpoints below a project.
func (e *Emulator) ofProject(f func(r *http.Request, p *project) (any, error)) endpoint {
	return e.reading(func(r *http.Request) (any, error) {
		p, err := e.projectOf(r, r.PathValue("project"))
		if err != nil {
			return nil, err
		}
		return f(r, p)
	})
}

// toProject is for endpoints that change something of a project.
func (e *Emulator) toProject(f func(r *http.Request, p *project) (int, any, error)) endpoint {
	return e.changing(func(r *http.Request) (int, any, error) {
		p, err := e.projectOf(r, r.PathValue("project"))
		if err != nil {
			return 0, nil, err
		}
		return f(r, p)
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone
}

func fail(w http.ResponseWriter, err error) {
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		no = refuse(http.StatusInternalServerError, "internal_server_error", "%v", err)
	}
	maps.Copy(w.Header(), no.header)
	body := map[string]any{"code": no.code, "message": no.text}
	maps.Copy(body, no.extra)
	answer(w, no.status, map[string]any{"error": body})
}

// slurp reads a request's body into memory.
func slurp(r *http.Request) error {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return badRequest("The body could not be read: %v", err)
	}
	if len(b) > maxBody {
		return refuse(http.StatusRequestEntityTooLarge, "size_limit_exceeded", "The body is larger than %d bytes", maxBody)
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return nil
}

// decode reads a JSON body; one that is empty leaves v as it is. Fields that the public description does not know are
// taken, as the service takes them.
func decode(r *http.Request, v any) error {
	if err := slurp(r); err != nil {
		return err
	}
	err := json.NewDecoder(r.Body).Decode(v)
	if err != nil && !errors.Is(err, io.EOF) {
		return badRequest("Invalid JSON: %v", err)
	}
	return nil
}
