package railway

import (
	"slices"
	"strings"
	"time"
)

// Railway's own words for where a deployment stands.
const (
	initializing = "INITIALIZING"
	building     = "BUILDING"
	deploying    = "DEPLOYING"
	success      = "SUCCESS"
	failed       = "FAILED"
	crashed      = "CRASHED"
	removing     = "REMOVING"
	removed      = "REMOVED"
)

// world is all that the vendor knows, as it lies on disk.
type world struct {
	ProjectID     string            `json:"project_id"`
	EnvironmentID string            `json:"environment_id"`
	TokenID       string            `json:"token_id"`
	WorkspaceID   string            `json:"workspace_id"`
	Created       time.Time         `json:"created"`
	Shared        map[string]string `json:"shared"`
	Services      []*service        `json:"services"`
	Deployments   []*deployment     `json:"deployments"` // oldest first
}

// service is a service and its one instance.
type service struct {
	ID         string            `json:"id"`
	InstanceID string            `json:"instance_id"`
	Name       string            `json:"name"`
	Created    time.Time         `json:"created"`
	Updated    time.Time         `json:"updated"`
	Settings   settings          `json:"settings"`
	Variables  map[string]string `json:"variables"` // unrendered
	Sealed     []string          `json:"sealed,omitempty"`
	Seeded     map[string]string `json:"seeded,omitempty"` // what the configuration has brought so far
	Domain     *domain           `json:"domain,omitempty"`
	Active     string            `json:"active,omitempty"` // the deployment that serves
}

type domain struct {
	ID      string    `json:"id"`
	Host    string    `json:"host"` // host:port of the edge
	Created time.Time `json:"created"`
}

// settings are the template for the next deployment, and the manifest of one.
type settings struct {
	Build         string `json:"build,omitempty"`
	Start         string `json:"start,omitempty"`
	Root          string `json:"root,omitempty"`
	Health        string `json:"health,omitempty"`
	HealthTimeout int    `json:"health_timeout,omitempty"` // seconds; 0: Railway's 300
	Drain         int    `json:"drain,omitempty"`          // seconds
	Overlap       int    `json:"overlap,omitempty"`        // seconds
	Restart       string `json:"restart"`
	Retries       int    `json:"retries"`
}

func (s settings) healthTimeout() time.Duration {
	if s.HealthTimeout == 0 {
		return 300 * time.Second
	}
	return time.Duration(s.HealthTimeout) * time.Second
}

// deployment is one deployment, with the settings and variables that it went out with.
type deployment struct {
	ID        string            `json:"id"`
	Service   string            `json:"service"`
	Status    string            `json:"status"`
	Created   time.Time         `json:"created"`
	Updated   time.Time         `json:"updated"`
	Archive   string            `json:"archive"` // sha256 of the tar.gz
	Message   string            `json:"message,omitempty"`
	Reason    string            `json:"reason"` // deploy, redeploy or rollback
	Settings  settings          `json:"settings"`
	Variables map[string]string `json:"variables"`           // rendered
	Succeeded bool              `json:"succeeded,omitempty"` // it was SUCCESS once
	Stopped   bool              `json:"stopped,omitempty"`
	Instance  string            `json:"instance,omitempty"` // "" before there is one
	InstID    string            `json:"instance_id"`
	Events    []event           `json:"events,omitempty"`
}

// event is one step of a deployment's way.
type event struct {
	ID        string     `json:"id"`
	Step      string     `json:"step"`
	Created   time.Time  `json:"created"`
	Completed *time.Time `json:"completed,omitempty"`
	Error     string     `json:"error,omitempty"`
}

// underway reports whether the deployment has neither served nor ended.
func (d *deployment) underway() bool {
	return d.Status == initializing || d.Status == building || d.Status == deploying
}

// service finds one by id.
func (w *world) service(id string) *service {
	for _, s := range w.Services {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// named finds a service by name, whose case does not count.
func (w *world) named(name string) *service {
	for _, s := range w.Services {
		if strings.EqualFold(s.Name, name) {
			return s
		}
	}
	return nil
}

func (w *world) deployment(id string) *deployment {
	for _, d := range w.Deployments {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// of lists a service's deployments, newest first.
func (w *world) of(serviceID string) []*deployment {
	var list []*deployment
	for _, d := range slices.Backward(w.Deployments) {
		if serviceID == "" || d.Service == serviceID {
			list = append(list, d)
		}
	}
	return list
}
