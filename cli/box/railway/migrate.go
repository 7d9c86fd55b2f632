package railway

import (
	"time"

	"readme/cli/box/keep"
)

// worldVersion is the layout of the state on disk. The first one had one project with one environment, and no version.
const worldVersion = 2

// oldWorld is the first layout.
type oldWorld struct {
	ProjectID     string            `json:"project_id"`
	EnvironmentID string            `json:"environment_id"`
	TokenID       string            `json:"token_id"`
	WorkspaceID   string            `json:"workspace_id"`
	Created       time.Time         `json:"created"`
	Shared        map[string]string `json:"shared"`
	Services      []struct {
		instance
		InstanceID string  `json:"instance_id"`
		Name       string  `json:"name"`
		Domain     *domain `json:"domain"`
	} `json:"services"`
	Deployments []struct {
		deployment
		Service string `json:"service"`
	} `json:"deployments"`
}

// migrate reads the first layout: its one project and environment are the first ones of the configuration.
func (e *Emulator) migrate() (*world, error) {
	var old oldWorld
	if _, err := keep.ReadJSON(e.statePath(), &old); err != nil {
		return nil, err
	}
	p := &project{ID: old.ProjectID, Created: old.Created}
	env := &environment{ID: old.EnvironmentID, TokenID: old.TokenID, Created: old.Created, Shared: old.Shared}
	if len(e.cfg.Projects) > 0 {
		p.Name = e.cfg.Projects[0].Name
		if envs := e.cfg.Projects[0].Environments; len(envs) > 0 {
			env.Name = envs[0].Name
		}
	}
	p.Environments = []*environment{env}
	instances := map[string]string{} // by service
	for _, s := range old.Services {
		p.Services = append(p.Services, &service{ID: s.ID, Name: s.Name, Created: s.Created})
		in := s.instance
		in.ID, in.ServiceID = s.InstanceID, s.ID
		if s.Domain != nil {
			in.Domains = []*domain{s.Domain}
		}
		env.Instances = append(env.Instances, &in)
		instances[s.ID] = in.ID
	}
	w := &world{WorkspaceID: old.WorkspaceID, Created: old.Created, Projects: []*project{p}}
	for _, d := range old.Deployments {
		made := d.deployment
		if made.Of = instances[d.Service]; made.Of != "" {
			w.Deployments = append(w.Deployments, &made)
		}
	}
	return w, nil
}
