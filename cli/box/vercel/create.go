package vercel

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const maxFiles = 15_000

type createBody struct {
	Name         string            `json:"name"`
	Project      string            `json:"project"`
	Target       string            `json:"target"`
	Meta         map[string]string `json:"meta"`
	DeploymentID string            `json:"deploymentId"` // build this one once more
	LatestCommit bool              `json:"withLatestCommit"`
	GitSource    *gitBody          `json:"gitSource"`
	Custom       string            `json:"customEnvironmentSlugOrId"`
	AutoAssign   *bool             `json:"autoAssignCustomDomains"`
	Settings     struct {
		Framework field `json:"framework"`
		Root      field `json:"rootDirectory"`
	} `json:"projectSettings"`
	Files []fileBody `json:"files"`

	prebuilt bool
}

// createDeployment takes files, a commit, or an earlier deployment. It asks for the files that it lacks, and starts
// when it has all.
func (e *Emulator) createDeployment(r *http.Request) (int, any, error) {
	var b createBody
	if err := decode(r, &b); err != nil {
		return 0, nil, err
	}
	b.prebuilt = r.URL.Query().Get("prebuilt") == "1"
	d, p, err := e.draft(r, b)
	if err != nil {
		return 0, nil, err
	}
	switch {
	case b.DeploymentID != "": // it has its source already
		if d.Git != nil && d.Git.SHA == "" {
			err = e.head(r.Context(), d, p)
		}
	case b.GitSource != nil:
		err = e.fromGit(r.Context(), d, p, b.GitSource)
	default:
		err = e.fromFiles(d, b)
	}
	if err == nil {
		err = e.badDay(p)
	}
	if err != nil {
		return 0, nil, err
	}
	if d.Git != nil {
		if _, hit := e.faults.Strike(DuplicateGitDeploy, p.Name); hit {
			if _, err := e.push(p.ID, *d.Git, production); err != nil {
				return 0, nil, err
			}
		}
	}
	var view any
	err = e.change(func() error {
		if err := e.enlist(d, p.ID); err != nil {
			return err
		}
		view = e.viewDeployment(d, e.project(p.ID))
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	if f, hit := e.faults.Strike(DeployUnanswered, p.Name); hit {
		lose(r.Context(), f.For)
	}
	return http.StatusOK, view, nil
}

// draft checks what does not depend on where the source comes from, and gives the new deployment without it.
func (e *Emulator) draft(r *http.Request, b createBody) (*deployment, project, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := b.check(); err != nil {
		return nil, project{}, err
	}
	d := &deployment{
		Target: b.Target, Meta: b.Meta, Source: "cli", Prebuilt: b.prebuilt, State: "QUEUED", AutoAssign: b.AutoAssign == nil || *b.AutoAssign,
	}
	name := b.Project
	if b.DeploymentID != "" {
		old, p, err := e.deploymentOf(r, b.DeploymentID)
		if err != nil {
			return nil, project{}, err
		}
		d.again(old, b.LatestCommit)
		return d, *p, nil
	}
	if name == "" {
		name = b.Name
	}
	p, err := e.projectOf(r, name)
	if err != nil {
		return nil, project{}, err
	}
	d.Framework, d.Root = p.Framework, p.Root
	if f := b.Settings.Framework; f.given {
		d.Framework = f.text
	}
	if f := b.Settings.Root; f.given {
		d.Root = f.text
	}
	return d, *p, nil
}

func (b createBody) check() error {
	switch {
	case b.Name == "":
		return badRequest("Invalid request: missing required property `name`")
	case b.Custom != "":
		return refuse(http.StatusNotFound, "not_found", "Custom environment %q not found", b.Custom)
	case b.Target != "" && b.Target != production:
		return badRequest("Invalid request: `target` should be production, or left out")
	case b.Settings.Framework.text != "" && b.Settings.Framework.text != nextjs:
		return badRequest("The box builds Next.js apps, and no %s", b.Settings.Framework.text)
	case b.GitSource != nil && len(b.Files) > 0:
		return badRequest("Invalid request: either `files` or `gitSource`")
	case len(b.Files) > maxFiles:
		return refuse(http.StatusBadRequest, "too_many_files", "A deployment holds at most %d files", maxFiles)
	case len(b.Meta) > 100:
		return badRequest("`meta` holds at most 100 keys")
	}
	return nil
}

// again takes the source of an earlier deployment; with the latest commit, the head of its branch is still to be
// looked up.
func (d *deployment) again(old *deployment, latest bool) {
	d.Source, d.Files, d.Prebuilt, d.Framework, d.Root = "redeploy", old.Files, old.Prebuilt, old.Framework, old.Root
	meta := maps.Clone(orEmpty(old.Meta))
	maps.Copy(meta, d.Meta)
	meta["originalDeploymentId"] = old.ID
	d.Meta = meta
	if old.Git != nil {
		git := *old.Git
		if latest {
			git.SHA = ""
		}
		d.Git = &git
	}
}

// badDay plays the faults that refuse a deployment.
func (e *Emulator) badDay(p project) error {
	if _, hit := e.faults.Strike(DeployLost, p.Name); hit {
		return refuse(http.StatusInternalServerError, "internal_server_error", "An unexpected error occurred")
	}
	if f, hit := e.faults.Strike(DailyLimit, p.Name); hit {
		reset := time.Now().Add(f.For)
		no := refuse(http.StatusTooManyRequests, "rate_limited", "Too many requests: the day's deployments are used up. Try again in %s", f.For)
		no.extra = map[string]any{"limit": map[string]any{"remaining": 0, "reset": reset.Unix(), "resetMs": reset.UnixMilli(), "total": 100}}
		no.header = http.Header{
			"Retry-After": {strconv.Itoa(int(f.For.Seconds()))}, "X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {"0"},
			"X-Ratelimit-Reset": {strconv.FormatInt(reset.Unix(), 10)},
		}
		return no
	}
	return nil
}

// enlist enters a new deployment and sets it going. The caller holds the lock.
func (e *Emulator) enlist(d *deployment, projectID string) error {
	p := e.project(projectID)
	if p == nil {
		return notFound("Project")
	}
	if len(e.of(p)) == 0 {
		d.Target = production // a project's first deployment always is, and its settings become the project's
		p.Framework, p.Root = d.Framework, d.Root
	}
	d.ID, d.Project, d.Created = id("dpl_"), p.ID, e.now()
	d.Env = p.valuesFor(environment(*d))
	for secret := range p.Bypass {
		d.Env["VERCEL_AUTOMATION_BYPASS_SECRET"] = secret
	}
	e.state.Deployments = append(e.state.Deployments, d)
	if err := errors.Join(e.prune(p), e.arrange()); err != nil {
		e.state.Deployments = slices.DeleteFunc(e.state.Deployments, func(x *deployment) bool { return x == d })
		return err
	}
	e.start(d)
	return nil
}

// lose keeps the caller waiting, and then cuts the connection.
func lose(ctx context.Context, after time.Duration) {
	t := time.NewTimer(after)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	panic(http.ErrAbortHandler)
}
