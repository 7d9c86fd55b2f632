package railway

import (
	"slices"
	"strings"
	"time"
)

// Railway's own words for where a deployment stands.
const (
	queued        = "QUEUED"
	waiting       = "WAITING"
	needsApproval = "NEEDS_APPROVAL"
	initializing  = "INITIALIZING"
	building      = "BUILDING"
	deploying     = "DEPLOYING"
	success       = "SUCCESS"
	sleeping      = "SLEEPING"
	failed        = "FAILED"
	crashed       = "CRASHED"
	skipped       = "SKIPPED"
	removing      = "REMOVING"
	removed       = "REMOVED"
)

// world is all that the vendor knows, as it lies on disk. Pointers from the inside out are set by link.
type world struct {
	Version     int           `json:"version"`
	WorkspaceID string        `json:"workspace_id"`
	UserID      string        `json:"user_id"`
	Created     time.Time     `json:"created"`
	Projects    []*project    `json:"projects"`
	Deployments []*deployment `json:"deployments"` // oldest first
}

type project struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	Created      time.Time      `json:"created"`
	Environments []*environment `json:"environments"`
	Services     []*service     `json:"services"`
}

type environment struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	TokenID   string            `json:"token_id"`
	Created   time.Time         `json:"created"`
	Shared    map[string]string `json:"shared"`
	Instances []*instance       `json:"instances"`
	Staged    *patch            `json:"staged,omitempty"`
	Commits   []string          `json:"commits,omitempty"` // ids of the patches that were committed last

	project *project
}

// service is a service of a project; what differs from one environment to another is in its instances.
type service struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Deleted time.Time `json:"deleted,omitzero"`

	project *project
}

// instance is a service in one environment.
type instance struct {
	ID        string               `json:"id"`
	ServiceID string               `json:"service_id"`
	Created   time.Time            `json:"created"`
	Updated   time.Time            `json:"updated"`
	Settings  settings             `json:"settings"`
	Source    source               `json:"source"`
	Variables map[string]string    `json:"variables"` // unrendered
	Sealed    []string             `json:"sealed,omitempty"`
	Written   map[string]time.Time `json:"written,omitempty"` // when each variable was written last; with none, Created
	Seeded    map[string]string    `json:"seeded,omitempty"`  // what the configuration has brought so far
	Domains   []*domain            `json:"domains,omitempty"` // oldest first
	Active    string               `json:"active,omitempty"`  // the deployment that serves

	env     *environment
	service *service
}

// source is what an instance is deployed from when nobody sends an archive.
type source struct {
	Repo    string `json:"repo,omitempty"`
	Branch  string `json:"branch,omitempty"` // "" for the default one
	Commit  string `json:"commit,omitempty"` // the one that a deployment without a commit gets
	Trigger string `json:"trigger,omitempty"`
	Auto    bool   `json:"auto,omitempty"`   // a push is deployed
	Checks  bool   `json:"checks,omitempty"` // after its check suites
	Image   string `json:"image,omitempty"`
}

type domain struct {
	ID       string    `json:"id"`
	Host     string    `json:"host"` // host:port of the edge
	Created  time.Time `json:"created"`
	Port     int       `json:"port,omitempty"`
	Number   int       `json:"number,omitempty"` // of the edge; 0 and 1 are the service's own
	Custom   bool      `json:"custom,omitempty"` // a name that the founder has brought
	Verified bool      `json:"verified,omitempty"`
}

// link sets what points from the inside out.
func (w *world) link() {
	for _, p := range w.Projects {
		for _, s := range p.Services {
			s.project = p
		}
		for _, env := range p.Environments {
			env.project = p
			for _, in := range env.Instances {
				in.env, in.service = env, p.service(in.ServiceID)
			}
		}
	}
}

// environments lists those of all projects.
func (w *world) environments() []*environment {
	var list []*environment
	for _, p := range w.Projects {
		list = append(list, p.Environments...)
	}
	return list
}

// instance finds the one that a deployment is of.
func (w *world) instance(d *deployment) *instance {
	for _, env := range w.environments() {
		for _, in := range env.Instances {
			if in.ID == d.Of {
				return in
			}
		}
	}
	return nil
}

func (w *world) project(id string) *project {
	return find(w.Projects, func(p *project) bool { return p.ID == id })
}

func (w *world) environment(id string) *environment {
	return find(w.environments(), func(env *environment) bool { return env.ID == id })
}

// service finds one that is not deleted, by id.
func (w *world) service(id string) *service {
	for _, p := range w.Projects {
		if s := p.service(id); s != nil && s.Deleted.IsZero() {
			return s
		}
	}
	return nil
}

func (w *world) deployment(id string) *deployment {
	return find(w.Deployments, func(d *deployment) bool { return d.ID == id })
}

// of lists an instance's deployments, newest first.
func (w *world) of(in *instance) []*deployment {
	var list []*deployment
	for _, d := range slices.Backward(w.Deployments) {
		if d.Of == in.ID {
			list = append(list, d)
		}
	}
	return list
}

// service finds one by id, deleted or not.
func (p *project) service(id string) *service {
	return find(p.Services, func(s *service) bool { return s.ID == id })
}

// named finds a service that is not deleted by name, whose case does not count.
func (p *project) named(name string) *service {
	return find(p.Services, func(s *service) bool { return s.Deleted.IsZero() && strings.EqualFold(s.Name, name) })
}

// instance is the service's in this environment.
func (env *environment) instance(s *service) *instance {
	return find(env.Instances, func(in *instance) bool { return in.service == s })
}

// live lists the instances of services that are not deleted.
func (env *environment) live() []*instance {
	return slices.DeleteFunc(slices.Clone(env.Instances), func(in *instance) bool { return !in.service.Deleted.IsZero() })
}

// host is the newest address under which the instance is reached, "" if it is not.
func (in *instance) host() string {
	for _, d := range slices.Backward(in.Domains) {
		if !d.Custom {
			return d.Host
		}
	}
	return ""
}

func find[T any](list []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i]
	}
	return nil
}
