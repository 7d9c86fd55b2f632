package vercel

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// The real service answers a path under several versions, under an inner /now, and without any. So do we.
const versionPattern = `^(/v\d+)?(/now)?/`

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

func notFound(what string) *refusal {
	return refuse(http.StatusNotFound, "not_found", "%s not found", what)
}

// endpoint answers with a status and a body to be encoded; a nil body is sent as nothing at all, without a type,
// because the CLI fails on an empty answer that says that it is JSON.
type endpoint func(r *http.Request) (status int, body any, err error)

// Handler serves the API.
func (e *Emulator) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]endpoint{
		"GET /user":            e.getUser,
		"GET /teams":           e.getTeams,
		"POST /files":          e.postFile,
		"GET /aliases":         e.listAliases,
		"GET /aliases/{alias}": e.getAlias,

		"POST /deployments":              e.createDeployment,
		"GET /deployments":               e.listDeployments,
		"GET /deployments/{id}":          e.getDeployment,
		"DELETE /deployments/{id}":       e.deleteDeployment,
		"PATCH /deployments/{id}/cancel": e.cancelDeployment,
		"GET /deployments/{id}/aliases":  e.deploymentAliases,
		"GET /deployments/{id}/builds":   e.deploymentBuilds,

		"GET /projects/{project}":                  e.inProject(e.getProject),
		"GET /projects/{project}/domains":          e.inProject(e.getDomains),
		"POST /projects/{project}/promote/{id}":    e.inProject(e.promote),
		"POST /projects/{project}/rollback/{id}":   e.inProject(e.rollback),
		"GET /projects/{project}/promote/aliases":  e.inProject(e.moveAliases),
		"GET /projects/{project}/rollback/aliases": e.inProject(e.moveAliases),
		"GET /projects/{project}/env":              e.inProject(e.listEnv),
		"POST /projects/{project}/env":             e.inProject(e.createEnv),
		"GET /projects/{project}/env/{env}":        e.inProject(e.getEnv),
		"PATCH /projects/{project}/env/{env}":      e.inProject(e.editEnv),
		"DELETE /projects/{project}/env/{env}":     e.inProject(e.deleteEnv),
	} {
		mux.Handle(pattern, serve(h))
	}
	mux.HandleFunc("GET /deployments/{id}/events", e.events)
	mux.Handle("/", serve(func(*http.Request) (int, any, error) {
		return 0, nil, notFound("The page you are looking for was")
	}))
	version := regexp.MustCompile(versionPattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Vercel-Id", id("box1::"))
		if err := e.admit(r); err != nil {
			fail(w, err)
			return
		}
		r.URL.Path = version.ReplaceAllString(r.URL.Path, "/")
		r.URL.RawPath = ""
		mux.ServeHTTP(w, r)
	})
}

// admit checks the token and the scope, and lets an armed rate limit strike.
func (e *Emulator) admit(r *http.Request) error {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(e.cfg.Token)) != 1 {
		flag := "invalidToken"
		if !ok {
			flag = "missingToken"
		}
		no := refuse(http.StatusForbidden, "forbidden", "Not authorized")
		no.extra = map[string]any{flag: true}
		return no
	}
	// The account is a personal one: a team that it is not in is refused, not ignored.
	if q := r.URL.Query(); q.Get("teamId") != "" || q.Get("slug") != "" {
		return refuse(http.StatusForbidden, "team_unauthorized", "You are not authorized for this team")
	}
	if f, ok := e.strike(RateLimited); ok {
		no := refuse(http.StatusTooManyRequests, "rate_limited", "Too many requests")
		no.header = http.Header{"Retry-After": {strconv.Itoa(int(f.For.Seconds()))}}
		return no
	}
	return nil
}

func (e *Emulator) inProject(h endpoint) endpoint {
	return func(r *http.Request) (int, any, error) {
		e.mu.Lock()
		p := e.state.Project
		e.mu.Unlock()
		if name := r.PathValue("project"); name != p.ID && name != p.Name {
			return 0, nil, notFound("Project")
		}
		return h(r)
	}
}

func serve(h endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body, err := h(r)
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, status, body)
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
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

// decode reads a JSON body. Fields that the public description does not know are taken, as the service takes them.
func decode(r *http.Request, v any) error {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return refuse(http.StatusBadRequest, "bad_request", "The body could not be read: %v", err)
	}
	if len(b) > maxBody {
		return refuse(http.StatusRequestEntityTooLarge, "size_limit_exceeded", "The body is larger than %d bytes", maxBody)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return refuse(http.StatusBadRequest, "bad_request", "Invalid JSON: %v", err)
	}
	return nil
}
