package railway

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// furnish loads the world, or makes it, and adds what the configuration has and it has not.
func (e *Emulator) furnish() error {
	e.sweep()
	w, err := e.load()
	if err != nil {
		return err
	}
	if w == nil {
		w = &world{Version: worldVersion, WorkspaceID: uuid.NewString(), Created: now()}
	}
	if w.UserID == "" {
		w.UserID = uuid.NewString()
	}
	e.w, e.tokens = w, map[string]*environment{}
	for _, want := range e.cfg.Projects {
		p := find(w.Projects, func(p *project) bool { return p.ID == want.ID })
		if p == nil {
			p = find(w.Projects, func(p *project) bool { return p.Name == want.Name })
		}
		if p == nil {
			p = &project{ID: uuid.NewString(), Created: now()}
			w.Projects = append(w.Projects, p)
		}
		p.Name = want.Name
		if want.ID != "" {
			p.ID = want.ID
		}
		for _, env := range want.Environments {
			e.furnishEnvironment(p, env)
		}
	}
	return e.save()
}

func (e *Emulator) furnishEnvironment(p *project, want Environment) {
	env := find(p.Environments, func(env *environment) bool { return env.ID == want.ID })
	if env == nil {
		env = find(p.Environments, func(env *environment) bool { return env.Name == want.Name })
	}
	if env == nil {
		env = &environment{ID: uuid.NewString(), TokenID: uuid.NewString(), Created: now(), Shared: map[string]string{}, project: p}
		p.Environments = append(p.Environments, env)
		for _, s := range p.Services {
			env.add(s)
		}
	}
	env.Name = want.Name
	if want.ID != "" {
		env.ID = want.ID
	}
	if want.Token != "" {
		e.tokens[want.Token] = env
	}
	for _, s := range want.Services {
		have := p.named(s.Name)
		if have == nil {
			have = p.add(s.Name)
		}
		in := env.instance(have)
		if s.Public && len(in.Domains) == 0 {
			in.Domains = []*domain{{ID: uuid.NewString(), Created: now()}}
		}
		if s.Repo != "" && in.Source == (source{}) {
			in.Source = source{Repo: s.Repo, Branch: s.Branch, Auto: true, Trigger: uuid.NewString()}
		}
		in.seed(s.Variables, e.w.Deployments)
	}
}

// add makes a service, with an instance in every environment.
func (p *project) add(name string) *service {
	s := &service{ID: uuid.NewString(), Name: name, Created: now(), project: p}
	p.Services = append(p.Services, s)
	for _, env := range p.Environments {
		env.add(s)
	}
	return s
}

func (env *environment) add(s *service) {
	env.Instances = append(env.Instances, &instance{
		ID: uuid.NewString(), ServiceID: s.ID, Created: now(), Updated: now(),
		Settings: settings{Restart: "ON_FAILURE", Retries: 10}, Variables: map[string]string{}, env: env, service: s,
	})
}

// at finds the instance at a place. The lock is held.
func (e *Emulator) at(where Place) (*instance, error) {
	for _, p := range e.w.Projects {
		if where.Project != "" && !strings.EqualFold(where.Project, p.Name) {
			continue
		}
		for _, env := range p.Environments {
			if where.Environment != "" && where.Environment != env.Name {
				continue
			}
			if s := p.named(where.Service); s != nil {
				return env.instance(s), nil
			}
			break
		}
		break
	}
	return nil, fmt.Errorf("railway has no service %q in %q %q", where.Service, where.Project, where.Environment)
}

// comeBack starts what was live, waits until it serves, and goes on with what was under way.
func (e *Emulator) comeBack(ctx context.Context) error {
	e.mu.Lock()
	var wait []*runner
	for _, d := range e.w.Deployments {
		served := d.Status == success || d.Status == sleeping
		active := e.w.instance(d).Active == d.ID
		switch {
		case d.Status == removing || (served && !active):
			d.Status, d.Instance, d.Stopped = removed, removed, true // its process went with the box
		case d.underway():
			e.launch(d.ID)
		case d.Status == sleeping, d.Status == success && !d.Stopped:
			wait = append(wait, e.launch(d.ID))
		}
	}
	err := e.save()
	e.mu.Unlock()
	for _, in := range wait {
		select {
		case <-in.ready:
		case <-ctx.Done():
			return fmt.Errorf("open railway: %w", context.Cause(ctx))
		}
	}
	return err
}
