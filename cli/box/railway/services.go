package railway

import (
	"fmt"
	"path"
	"strings"

	"github.com/google/uuid"
)

// mostServices is how many services a project may have.
const mostServices = 100

// onService makes a root field of one that needs the service whose id is the argument `id`.
func onService(f func(c *call, s *service) (any, error)) root {
	return func(c *call) (any, error) {
		s := c.e.w.service(text(c.args, "id"))
		if s == nil || (c.who.kind == projectCaller && s.project != c.who.env.project) {
			return nil, errNotAuthorized
		}
		return f(c, s)
	}
}

func (e *Emulator) createService(c *call) (any, error) {
	from, _ := c.in["source"].(map[string]any)
	repo, image, branch := text(from, "repo"), text(from, "image"), text(c.in, "branch")
	commit, err := e.source(c, repo, branch)
	if err != nil {
		return nil, err
	}
	s, err := e.newService(c.project, serviceName(text(c.in, "name"), repo, image))
	if err != nil {
		return nil, err
	}
	values, _ := c.in["variables"].(map[string]any)
	for _, in := range c.project.instances(s) {
		for name, v := range values {
			value, ok := v.(string)
			if !ok {
				return nil, errProcessing
			}
			in.Variables[name] = value
			in.touch(name)
		}
		in.connectTo(repo, branch, image, commit)
	}
	if err := e.accept(); err != nil {
		return nil, err
	}
	return e.serviceView(s), e.connected(c, s)
}

// source checks that a repository is there, and gives its newest commit. The lock is let go meanwhile.
func (e *Emulator) source(c *call, repo, branch string) (origin, error) {
	if repo == "" {
		return origin{}, nil
	}
	in := instance{Source: source{Repo: repo, Branch: branch}}
	return e.lookUp(c, in.Source, in.branch())
}

func (e *Emulator) newService(p *project, name string) (*service, error) {
	switch {
	case p.named(name) != nil:
		return nil, refusal{fmt.Sprintf("A service named %q already exists in this project", name), codeInput}
	case len(p.Services) >= mostServices:
		return nil, refusal{"Resource provision limit exceeded. Please upgrade to provision more resources!", codeInput}
	}
	return p.add(name), nil
}

// serviceName is the name that was asked for, or one after the source, or any.
func serviceName(name, repo, image string) string {
	switch {
	case name != "":
		return name
	case repo != "":
		return path.Base(repo)
	case image != "":
		image, _, _ = strings.Cut(path.Base(image), "@")
		image, _, _ = strings.Cut(image, ":")
		return image
	}
	return "service-" + uuid.NewString()[:4]
}

// instances are a service's, one an environment.
func (p *project) instances(s *service) []*instance {
	var list []*instance
	for _, env := range p.Environments {
		if in := env.instance(s); in != nil {
			list = append(list, in)
		}
	}
	return list
}

func (e *Emulator) connect(c *call, s *service) (any, error) {
	repo, image, branch := text(c.in, "repo"), text(c.in, "image"), text(c.in, "branch")
	if repo == "" && image == "" {
		return nil, refusal{"Either a repo or an image is required", codeInput}
	}
	commit, err := e.source(c, repo, branch)
	if err != nil {
		return nil, err
	}
	for _, in := range s.project.instances(s) {
		in.connectTo(repo, branch, image, commit)
	}
	if err := e.accept(); err != nil {
		return nil, err
	}
	return e.serviceView(s), e.connected(c, s)
}

// connected plays the deployments that connecting a source may start.
func (e *Emulator) connected(c *call, s *service) error {
	for _, in := range s.project.instances(s) {
		if in.Source == (source{}) || !c.who.sees(in.env) {
			continue
		}
		if _, ok := e.strikes(FaultConnect, in); !ok {
			return nil
		}
		from, err := e.current(c, in)
		if err != nil {
			return err
		}
		o := e.fresh(in, from.origin, reasonDeploy)
		o.by = "Railway"
		if _, err := e.make(in, o); err != nil {
			return err
		}
	}
	return nil
}

func (e *Emulator) disconnect(_ *call, s *service) (any, error) {
	for _, in := range s.project.instances(s) {
		in.Source, in.Updated = source{}, now()
	}
	return e.serviceView(s), e.accept()
}

// deleteService takes a service away in every environment, with all that it runs. Its record goes when nothing runs.
func (e *Emulator) deleteService(_ *call, s *service) (any, error) {
	s.Deleted = now()
	for _, in := range s.project.instances(s) {
		in.Active = ""
		for _, d := range e.w.of(in) {
			if e.running[d.ID] != nil {
				e.stop(d, takenDown)
			}
		}
		for _, d := range in.Domains {
			e.closeEdge(d)
		}
		in.Domains = nil
	}
	return true, e.accept()
}
