package vercel

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxFiles        = 15_000
	keptDeployments = 30
)

type createBody struct {
	Name       string            `json:"name"`
	Project    string            `json:"project"`
	Target     string            `json:"target"`
	Meta       map[string]string `json:"meta"`
	GitSource  any               `json:"gitSource"`
	AutoAssign *bool             `json:"autoAssignCustomDomains"`
	Settings   struct {
		Framework *string `json:"framework"`
	} `json:"projectSettings"`
	Files []struct {
		File     string  `json:"file"`
		SHA      string  `json:"sha"`
		Size     int64   `json:"size"`
		Mode     uint32  `json:"mode"`
		Data     *string `json:"data"`
		Encoding string  `json:"encoding"`
	} `json:"files"`
}

// createDeployment takes a file deployment: it asks for the files that it lacks, and starts when it has all.
func (e *Emulator) createDeployment(r *http.Request) (int, any, error) {
	var b createBody
	if err := decode(r, &b); err != nil {
		return 0, nil, err
	}
	if err := e.valid(b); err != nil {
		return 0, nil, err
	}
	files, missing, err := e.files(b)
	if err != nil {
		return 0, nil, err
	}
	if len(missing) > 0 {
		no := refuse(http.StatusBadRequest, "missing_files", "Missing files")
		no.extra = map[string]any{"missing": missing}
		return 0, nil, no
	}
	d := &deployment{
		ID: id("dpl_"), Target: b.Target, Meta: b.Meta, Files: files,
		State: "QUEUED", AutoAssign: b.AutoAssign == nil || *b.AutoAssign,
	}
	var view any
	err = e.change(func() error {
		if len(e.state.Deployments) == 0 {
			d.Target = production // a project's first deployment always is
		}
		d.Created, d.Env = e.now(), e.valuesFor(environment(*d))
		e.state.Deployments = append(e.state.Deployments, d)
		if err := errors.Join(e.prune(), e.arrange()); err != nil {
			e.state.Deployments = slices.DeleteFunc(e.state.Deployments, func(x *deployment) bool { return x == d })
			return err
		}
		e.start(d)
		view = e.viewDeployment(d)
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	if f, ok := e.strike(CreateLost); ok {
		lose(r.Context(), f.For)
	}
	return http.StatusOK, view, nil
}

// lose keeps the caller waiting, and then cuts the connection.
func lose(ctx context.Context, after time.Duration) {
	select {
	case <-time.After(after):
	case <-ctx.Done():
	}
	panic(http.ErrAbortHandler)
}

func (e *Emulator) valid(b createBody) error {
	e.mu.Lock()
	p := e.state.Project
	e.mu.Unlock()
	switch {
	case b.Name == "":
		return refuse(http.StatusBadRequest, "bad_request", "Invalid request: missing required property `name`")
	case b.GitSource != nil:
		return refuse(http.StatusBadRequest, "incorrect_git_source_info", "The provided GitHub repository can't be found")
	case b.Project != "" && b.Project != p.ID && b.Project != p.Name, b.Project == "" && b.Name != p.Name:
		return notFound("Project")
	case b.Target != "" && b.Target != production:
		return refuse(http.StatusBadRequest, "bad_request", "Invalid request: `target` should be production, or left out")
	case b.Settings.Framework != nil && *b.Settings.Framework != "nextjs":
		return refuse(http.StatusBadRequest, "bad_request", "The box builds Next.js apps, and no %s", *b.Settings.Framework)
	case len(b.Files) == 0:
		return refuse(http.StatusBadRequest, "no_files", "The deployment has no files")
	case len(b.Files) > maxFiles:
		return refuse(http.StatusBadRequest, "too_many_files", "A deployment holds at most %d files", maxFiles)
	case len(b.Meta) > 100:
		return refuse(http.StatusBadRequest, "bad_request", "`meta` holds at most 100 keys")
	}
	return nil
}

// files gives a deployment's files, and the hashes that were not sent yet.
func (e *Emulator) files(b createBody) (files []file, missing []string, err error) {
	for _, f := range b.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.File)) || strings.Contains(f.File, `\`) {
			return nil, nil, refuse(http.StatusBadRequest, "bad_request", "Invalid file path: %q", f.File)
		}
		if f.Data != nil {
			if f.SHA, err = e.inline(*f.Data, f.Encoding); err != nil {
				return nil, nil, err
			}
		}
		if !regexp.MustCompile(shaPattern).MatchString(f.SHA) {
			return nil, nil, refuse(http.StatusBadRequest, "bad_request", "Invalid sha of %q", f.File)
		}
		if _, err := os.Stat(e.blob(f.SHA)); err != nil {
			missing = append(missing, f.SHA)
		}
		files = append(files, file{Path: f.File, SHA: f.SHA, Size: f.Size, Mode: f.Mode})
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(missing)
	return files, slices.Compact(missing), nil
}

func (e *Emulator) inline(data, encoding string) (string, error) {
	raw := []byte(data)
	if encoding == "base64" {
		b, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return "", refuse(http.StatusBadRequest, "bad_request", "Invalid base64 data")
		}
		raw = b
	}
	return e.keep(strings.NewReader(string(raw)), "")
}

// prune forgets the oldest deployments beyond the kept ones, but never what serves. The caller holds the lock.
func (e *Emulator) prune() error {
	over := len(e.state.Deployments) - keptDeployments
	if over <= 0 {
		return nil
	}
	e.state.Deployments = slices.DeleteFunc(e.state.Deployments, func(d *deployment) bool {
		if over <= 0 || d.ID == e.state.Project.Production || !d.over() {
			return false
		}
		over--
		e.forget(d.ID)
		return true
	})
	return e.sweep(time.Now().Add(-time.Hour).UnixMilli())
}

// forget drops what belongs to a deployment besides its record. The caller holds the lock.
func (e *Emulator) forget(id string) {
	e.interrupt(id)
	delete(e.logs, id)
	_ = os.Remove(filepath.Join(e.cfg.Dir, "logs", id+".json"))
}

// interrupt stops a deployment's build, if it is at work. The caller holds the lock.
func (e *Emulator) interrupt(id string) {
	if l, ok := e.builds[id]; ok {
		l.end()
	}
}

func (e *Emulator) getDeployment(r *http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.find(r.PathValue("id"))
	if d == nil {
		return 0, nil, notFound("Deployment")
	}
	return http.StatusOK, e.viewDeployment(d), nil
}

// cancelDeployment stops a build.
func (e *Emulator) cancelDeployment(r *http.Request) (int, any, error) {
	var view any
	err := e.change(func() error {
		d := e.find(r.PathValue("id"))
		switch {
		case d == nil:
			return notFound("Deployment")
		case d.over() || d.State == "READY":
			return refuse(http.StatusBadRequest, "bad_request", "The deployment is not being built: it is %s", d.State)
		}
		d.State, d.Ended = "CANCELED", e.now()
		e.interrupt(d.ID)
		view = e.viewDeployment(d)
		return nil
	})
	return http.StatusOK, view, err
}

// deleteDeployment removes one. What served the domain leaves it without a deployment.
func (e *Emulator) deleteDeployment(r *http.Request) (int, any, error) {
	var uid string
	err := e.change(func() error {
		d := e.find(r.PathValue("id"))
		if d == nil {
			return notFound("Deployment")
		}
		uid = d.ID
		if e.state.Project.Production == uid {
			e.state.Project.Production = ""
		}
		e.state.Deployments = slices.DeleteFunc(e.state.Deployments, func(x *deployment) bool { return x == d })
		e.forget(uid)
		return e.arrange()
	})
	return http.StatusOK, map[string]any{"uid": uid, "state": "DELETED"}, err
}

// listDeployments lists the newest first. Filters that it does not know change nothing, as with the service.
func (e *Emulator) listDeployments(r *http.Request) (int, any, error) {
	q := r.URL.Query()
	limit, err := page(q.Get("limit"))
	if err != nil {
		return 0, nil, err
	}
	until, _ := strconv.ParseInt(q.Get("until"), 10, 64)
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	e.mu.Lock()
	defer e.mu.Unlock()
	found := []any{}
	var first, last, next int64
	for _, d := range slices.Backward(e.state.Deployments) {
		if (until != 0 && d.Created >= until) || d.Created <= since || !e.matches(d, q) {
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
		found = append(found, e.viewListed(d))
	}
	return http.StatusOK, map[string]any{"deployments": found, "pagination": paging(len(found), next, first)}, nil
}

func (e *Emulator) matches(d *deployment, q map[string][]string) bool {
	for name, values := range q {
		want := values[0]
		key, isMeta := strings.CutPrefix(name, "meta-")
		switch {
		case isMeta && d.Meta[key] != want,
			name == "projectId" && want != e.state.Project.ID && want != e.state.Project.Name,
			name == "app" && want != e.state.Project.Name,
			name == "target" && want != environment(*d),
			name == "state" && !slices.Contains(strings.Split(want, ","), d.State),
			name == "rollbackCandidate" && want == "true" && !e.candidate(d):
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
		return 0, refuse(http.StatusBadRequest, "bad_request", "Invalid request: `limit` should be between 1 and 100")
	}
	return n, nil
}

func paging(count int, next, prev int64) map[string]any {
	orNull := func(ms int64) any {
		if ms == 0 {
			return nil
		}
		return ms
	}
	return map[string]any{"count": count, "next": orNull(next), "prev": orNull(prev)}
}
