package railway

import (
	"time"

	"github.com/google/uuid"
)

// settings are the template for the next deployment, and the manifest of one.
type settings struct {
	Build         string   `json:"build,omitempty"`
	Start         string   `json:"start,omitempty"`
	Root          string   `json:"root,omitempty"`
	Dockerfile    string   `json:"dockerfile,omitempty"`
	Builder       string   `json:"builder,omitempty"` // "": RAILPACK
	Watch         []string `json:"watch,omitempty"`
	PreDeploy     []string `json:"pre_deploy,omitempty"`
	Health        string   `json:"health,omitempty"`
	HealthTimeout int      `json:"health_timeout,omitempty"` // seconds; 0: Railway's 300
	Drain         int      `json:"drain,omitempty"`          // seconds
	Overlap       int      `json:"overlap,omitempty"`        // seconds
	Restart       string   `json:"restart"`
	Retries       int      `json:"retries"`
	Cron          string   `json:"cron,omitempty"`
	Sleep         bool     `json:"sleep,omitempty"`
	Region        string   `json:"region,omitempty"`
	Replicas      int      `json:"replicas,omitempty"`
	Regions       any      `json:"regions,omitempty"` // multiRegionConfig as it was given
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
	Of        string            `json:"of"` // the instance's id
	Status    string            `json:"status"`
	Shown     string            `json:"shown,omitempty"` // what reads show instead of the status
	Created   time.Time         `json:"created"`
	Updated   time.Time         `json:"updated"`
	Served    time.Time         `json:"served,omitzero"` // when it became SUCCESS
	Message   string            `json:"message,omitempty"`
	Reason    string            `json:"reason"` // deploy, redeploy or rollback
	Skipped   string            `json:"skipped,omitempty"`
	By        string            `json:"by,omitempty"` // who made it, when it was not the caller of this API
	Settings  settings          `json:"settings"`
	Variables map[string]string `json:"variables"`           // rendered
	Succeeded bool              `json:"succeeded,omitempty"` // it was SUCCESS once
	Stopped   bool              `json:"stopped,omitempty"`
	Instance  string            `json:"instance,omitempty"` // its one instance's status; "" before there is one
	InstID    string            `json:"instance_id"`
	Events    []event           `json:"events,omitempty"`
	origin
}

// origin is what a deployment is made of: an archive that was sent, a commit, or an image.
type origin struct {
	Archive string `json:"archive,omitempty"` // name of the kept tar.gz: its sha256, or the commit's sha
	Repo    string `json:"repo,omitempty"`
	Branch  string `json:"branch,omitempty"`
	Commit  string `json:"commit,omitempty"`
	Subject string `json:"subject,omitempty"` // of the commit
	Author  string `json:"author,omitempty"`
	Image   string `json:"image,omitempty"`
	Digest  string `json:"digest,omitempty"` // once it was pulled
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
	switch d.Status {
	case queued, waiting, needsApproval, initializing, building, deploying:
		return true
	}
	return false
}

// begin opens a step of the deployment's way.
func (d *deployment) begin(step string) {
	d.Events = append(d.Events, event{ID: uuid.NewString(), Step: step, Created: now()})
}

// complete closes the last step, with an error or "".
func (d *deployment) complete(why string) {
	if n := len(d.Events); n > 0 && d.Events[n-1].Completed == nil {
		at := now()
		d.Events[n-1].Completed, d.Events[n-1].Error = &at, why
	}
}
