package vercel

import (
	"net/http"
	"regexp"
)

// The real service answers a path under several versions, under an inner /now, and without any. So do we.
const versionPattern = `^(/v\d+)?(/now)?/`

// Handler serves the API, with the faults of the wire before it: their operations are "METHOD /path", the path without
// its version.
func (e *Emulator) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range e.endpoints() {
		mux.Handle(pattern, h)
	}
	mux.HandleFunc("GET /deployments/{id}/events", e.events)
	mux.HandleFunc("GET /projects/{project}/deployments/{id}/runtime-logs", e.runtimeLogs)
	mux.Handle("/", endpoint(func(*http.Request) (int, any, error) {
		return 0, nil, notFound("The page you are looking for was")
	}))
	admitted := e.faults.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := e.admit(r); err != nil {
			fail(w, err)
			return
		}
		mux.ServeHTTP(w, r)
	}), nil)
	version := regexp.MustCompile(versionPattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Vercel-Id", id("box1::"))
		r.URL.Path = version.ReplaceAllString(r.URL.Path, "/")
		r.URL.RawPath = ""
		admitted.ServeHTTP(w, r)
	})
}

func (e *Emulator) endpoints() map[string]endpoint {
	return map[string]endpoint{
		"GET /user":                e.reading(e.getUser),
		"GET /user/tokens/{token}": e.reading(e.getToken),
		"GET /teams":               e.reading(e.getTeams),
		"GET /teams/{team}":        e.reading(e.getTeam),
		"POST /files":              e.postFile,
		"GET /aliases":             e.reading(e.listAliases),
		"GET /aliases/{alias}":     e.reading(e.getAlias),

		"POST /deployments":              e.createDeployment,
		"GET /deployments":               e.reading(e.listDeployments),
		"GET /deployments/{id}":          e.reading(e.getDeployment),
		"DELETE /deployments/{id}":       e.changing(e.deleteDeployment),
		"PATCH /deployments/{id}/cancel": e.changing(e.cancelDeployment),
		"GET /deployments/{id}/aliases":  e.reading(e.deploymentAliases),
		"GET /deployments/{id}/builds":   e.reading(e.deploymentBuilds),

		"POST /projects":                                  e.createProject,
		"GET /projects":                                   e.reading(e.listProjects),
		"GET /projects/{project}":                         e.ofProject(e.getProject),
		"PATCH /projects/{project}":                       e.toProject(e.editProject),
		"DELETE /projects/{project}":                      e.toProject(e.deleteProject),
		"GET /projects/{project}/domains":                 e.ofProject(e.getDomains),
		"PATCH /projects/{project}/protection-bypass":     e.toProject(e.editBypass),
		"GET /projects/{project}/custom-environments":     e.ofProject(e.customEnvironments),
		"GET /projects/{project}/custom-environments/{x}": e.ofProject(e.customEnvironments),
		"GET /projects/{project}/rolling-release":         e.ofProject(e.rollingRelease),

		"POST /projects/{project}/promote/{id}":                      e.toProject(e.promote),
		"POST /projects/{project}/rollback/{id}":                     e.toProject(e.rollback),
		"PATCH /projects/{project}/rollback/{id}/update-description": e.toProject(e.describeRollback),
		"GET /projects/{project}/promote/aliases":                    e.ofProject(e.moveAliases),
		"GET /projects/{project}/rollback/aliases":                   e.ofProject(e.moveAliases),

		"GET /projects/{project}/env":               e.ofProject(e.listEnv),
		"POST /projects/{project}/env":              e.toProject(e.createEnv),
		"DELETE /projects/{project}/env":            e.toProject(e.deleteEnvs),
		"GET /projects/{project}/env/{env}":         e.ofProject(e.getEnv),
		"PATCH /projects/{project}/env/{env}":       e.toProject(e.editEnv),
		"DELETE /projects/{project}/env/{env}":      e.toProject(e.deleteEnv),
		"GET /env/pull/{project}/{target}":          e.ofProject(e.pullEnv),
		"GET /env/pull/{project}/{target}/{branch}": e.ofProject(e.pullEnv),
	}
}
