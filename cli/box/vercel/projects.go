package vercel

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

const (
	nextjs = "nextjs"
	// newProtection is what Vercel gives a project that is made without a word about it.
	newProtection = "all_except_custom_domains"
	namePattern   = `^[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9])?$`
)

// settings are a project's settings as they are sent. A field that is absent stays as it is; null empties it.
type settings struct {
	Name       string    `json:"name"`
	Framework  field     `json:"framework"`
	Root       field     `json:"rootDirectory"`
	SSO        *ssoField `json:"-"`
	AutoAssign *bool     `json:"autoAssignCustomDomains"`
	Git        *struct {
		Type string `json:"type"`
		Repo string `json:"repo"`
	} `json:"gitRepository"`
	Env []envBody `json:"environmentVariables"`
}

// field is a text that may be absent, or null.
type field struct {
	given bool
	text  string
}

func (f *field) UnmarshalJSON(b []byte) error {
	f.given = true
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, &f.text)
}

type ssoField struct {
	Type string `json:"deploymentType"`
}

func readSettings(r *http.Request) (settings, error) {
	var raw json.RawMessage
	var s settings
	if err := decode(r, &raw); err != nil {
		return s, err
	}
	var sso struct {
		SSO json.RawMessage `json:"ssoProtection"`
	}
	if err := errors.Join(json.Unmarshal(raw, &s), json.Unmarshal(raw, &sso)); err != nil {
		return s, badRequest("Invalid JSON: %v", err)
	}
	if sso.SSO != nil {
		s.SSO = &ssoField{}
		if err := json.Unmarshal(sso.SSO, s.SSO); err != nil {
			return s, badRequest("Invalid request: `ssoProtection`: %v", err)
		}
	}
	return s, s.check()
}

func (s settings) check() error {
	switch {
	case s.Name != "" && !regexp.MustCompile(namePattern).MatchString(s.Name):
		return badRequest("Invalid request: a project's name holds up to 100 lowercase letters, digits, '.', '_' and '-'")
	case s.Root.text != "" && !filepath.IsLocal(filepath.FromSlash(s.Root.text)):
		return badRequest("Invalid request: `rootDirectory` leads outside")
	case s.SSO != nil && !slices.Contains([]string{"", "preview", "all", "prod_deployment_urls_and_all_previews", newProtection}, s.SSO.Type):
		return badRequest("Invalid request: unknown `ssoProtection.deploymentType`")
	}
	return nil
}

// apply changes what was sent.
func (s settings) apply(p *project) {
	if s.Framework.given {
		p.Framework = s.Framework.text
	}
	if s.Root.given {
		p.Root = s.Root.text
	}
	if s.SSO != nil {
		p.SSO = s.SSO.Type
	}
	if s.AutoAssign != nil {
		p.Manual = !*s.AutoAssign
		if *s.AutoAssign {
			p.Frozen = false // it is the switch that a rollback turns off
		}
	}
}

// createProject makes a project, with its domain at once.
func (e *Emulator) createProject(r *http.Request) (int, any, error) {
	s, err := readSettings(r)
	if err != nil {
		return 0, nil, err
	}
	if s.Name == "" {
		return 0, nil, badRequest("Invalid request: missing required property `name`")
	}
	p := &project{Name: s.Name, SSO: newProtection}
	s.apply(p)
	if s.Git != nil {
		if p.Link, err = e.connect(r.Context(), s.Git.Repo); err != nil {
			return 0, nil, err
		}
	}
	var view any
	err = e.change(func() error {
		if p.Account, err = e.scope(r); err != nil {
			return err
		}
		if _, err := e.projectOf(r, s.Name); err == nil {
			return refuse(http.StatusConflict, "conflict", "A project with the name %q already exists", s.Name)
		}
		for _, b := range s.Env {
			if _, err := e.putEnv(p, b, false); err != nil {
				return err
			}
		}
		e.add(p)
		if err := e.front(p); err != nil {
			e.state.Projects = slices.DeleteFunc(e.state.Projects, func(x *project) bool { return x == p })
			return err
		}
		view = e.viewProject(p, false)
		return nil
	})
	return http.StatusOK, view, err
}

// connect links to a repository, which has to exist and to be open to Vercel.
func (e *Emulator) connect(ctx context.Context, repo string) (*link, error) {
	no := badRequest("To link a GitHub repository, you need to install the GitHub integration first.")
	no.extra = map[string]any{"action": "Install GitHub App", "link": "https://github.com/apps/vercel", "repo": repo}
	if e.cfg.Forge == nil {
		return nil, no
	}
	if _, err := e.cfg.Forge.Commit(ctx, repo, "HEAD"); err != nil {
		return nil, no
	}
	return linkTo(repo)
}

func (e *Emulator) editProject(r *http.Request, p *project) (int, any, error) {
	s, err := readSettings(r)
	if err != nil {
		return 0, nil, err
	}
	if s.Name != "" && s.Name != p.Name {
		if _, err := e.projectOf(r, s.Name); err == nil {
			return 0, nil, refuse(http.StatusConflict, "conflict", "A project with the name %q already exists", s.Name)
		}
		p.Name = s.Name
	}
	s.apply(p)
	p.Updated = e.now()
	return http.StatusOK, e.viewProject(p, false), nil
}

// deleteProject removes a project with everything that it has.
func (e *Emulator) deleteProject(_ *http.Request, p *project) (int, any, error) {
	for _, d := range e.of(p) {
		e.forget(d.ID)
	}
	e.state.Deployments = slices.DeleteFunc(e.state.Deployments, func(d *deployment) bool { return d.Project == p.ID })
	e.state.Projects = slices.DeleteFunc(e.state.Projects, func(x *project) bool { return x == p })
	if s := e.fronts[p.ID]; s != nil {
		delete(e.fronts, p.ID)
		e.run(s.close)
	}
	return http.StatusNoContent, nil, e.arrange()
}

// forget drops what belongs to a deployment besides its record. The caller holds the lock.
func (e *Emulator) forget(id string) {
	e.interrupt(id)
	delete(e.logs, id)
	_ = os.Remove(filepath.Join(e.cfg.Dir, "logs", id+".json"))
}
