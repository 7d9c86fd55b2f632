package vercel

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (e *Emulator) getDeployment(r *http.Request) (any, error) {
	d, p, err := e.deploymentOf(r, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return e.viewDeployment(d, p), nil
}

// cancelDeployment stops a build.
func (e *Emulator) cancelDeployment(r *http.Request) (int, any, error) {
	d, p, err := e.deploymentOf(r, r.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	if d.over() || d.State == "READY" {
		return 0, nil, badRequest("The deployment is not being built: it is %s", d.State)
	}
	d.State, d.Ended = "CANCELED", e.now()
	e.interrupt(d.ID)
	return http.StatusOK, e.viewDeployment(d, p), nil
}

// interrupt stops a deployment's build, if it is at work. The caller holds the lock.
func (e *Emulator) interrupt(id string) {
	if l, ok := e.builds[id]; ok {
		l.end()
	}
}

// deleteDeployment removes one. What served the domain leaves it without a deployment.
func (e *Emulator) deleteDeployment(r *http.Request) (int, any, error) {
	d, p, err := e.deploymentOf(r, r.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	if p.Production == d.ID {
		p.Production = ""
	}
	e.state.Deployments = slices.DeleteFunc(e.state.Deployments, func(x *deployment) bool { return x == d })
	e.forget(d.ID)
	return http.StatusOK, map[string]any{"uid": d.ID, "state": "DELETED"}, e.arrange()
}

// listDeployments lists the newest first. Filters that it does not know change nothing, as with the service.
func (e *Emulator) listDeployments(r *http.Request) (any, error) {
	account, err := e.scope(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	limit, err := page(q.Get("limit"))
	if err != nil {
		return nil, err
	}
	until, _ := strconv.ParseInt(q.Get("until"), 10, 64)
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	found := []any{}
	var first, last, next int64
	for _, d := range slices.Backward(e.state.Deployments) {
		p := e.project(d.Project)
		if p == nil || p.Account != account || (until != 0 && d.Created >= until) || d.Created <= since || e.late(d, p) || !matches(d, p, q) {
			continue
		}
		if len(found) == limit {
			next = last
			break
		}
		if first == 0 {
			first = d.Created
		}
		last = d.Created
		found = append(found, e.viewListed(d, p))
	}
	return map[string]any{"deployments": found, "pagination": paging(len(found), next, first)}, nil
}

// late reports whether lists do not show a deployment yet.
func (e *Emulator) late(d *deployment, p *project) bool {
	f, on := e.faults.Is(ListLags, p.Name)
	return on && time.Since(time.UnixMilli(d.Created)) < f.For
}

func matches(d *deployment, p *project, q map[string][]string) bool {
	var git gitSource
	if d.Git != nil {
		git = *d.Git
	}
	for name, values := range q {
		want := values[0]
		key, isMeta := strings.CutPrefix(name, "meta-")
		switch {
		case isMeta && d.Meta[key] != want,
			name == "projectId" && want != p.ID && want != p.Name,
			name == "projectIds" && !slices.Contains(values, p.ID),
			name == "app" && want != p.Name,
			name == "target" && want != environment(*d),
			name == "state" && !slices.Contains(strings.Split(want, ","), d.State),
			name == "sha" && want != git.SHA,
			name == "branch" && want != git.Ref,
			name == "rollbackCandidate" && want == "true" && !p.candidate(d):
			return false
		}
	}
	return true
}

// page reads a limit.
func page(limit string) (int, error) {
	if limit == "" {
		return 20, nil
	}
	n, err := strconv.Atoi(limit)
	if err != nil || n < 1 || n > 100 {
		return 0, badRequest("Invalid request: `limit` should be between 1 and 100")
	}
	return n, nil
}

func paging(count int, next, prev int64) map[string]any {
	return map[string]any{"count": count, "next": time0(next), "prev": time0(prev)}
}

func (e *Emulator) deploymentBuilds(r *http.Request) (any, error) {
	d, _, err := e.deploymentOf(r, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"builds": []any{map[string]any{
		"id": "bld_" + strings.TrimPrefix(d.ID, "dpl_"), "deploymentId": d.ID, "entrypoint": ".", "readyState": d.State, "readyStateAt": d.Ready,
		"createdAt": d.Created, "output": []any{}, "use": "@vercel/next",
	}}}, nil
}
