package vercel

import (
	"crypto/rand"
	"slices"
)

// state is everything that a restart brings back. It is one file, written whole.
type state struct {
	User        string        `json:"user"`
	Team        string        `json:"team"`        // its id, where none was configured
	Projects    []*project    `json:"projects"`    // the oldest first
	Deployments []*deployment `json:"deployments"` // the oldest first
}

type project struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Account string `json:"account"`
	Created int64  `json:"created"`
	Updated int64  `json:"updated"`
	Edge    string `json:"edge"` // the name of its domain's listener

	Framework string            `json:"framework"` // "" for none
	Root      string            `json:"root"`
	Link      *link             `json:"link"`
	SSO       string            `json:"sso"`    // ssoProtection.deploymentType; "" for none
	Bypass    map[string]bypass `json:"bypass"` // by secret
	Manual    bool              `json:"manual"` // autoAssignCustomDomains was set to false
	Env       []*variable       `json:"env"`
	// Seeded is what Config has brought so far: a variable that somebody has changed or deleted since stays so.
	Seeded map[string]string `json:"seeded"`

	Domain     string        `json:"domain"`
	Production string        `json:"production"` // the deployment that the domain serves
	Moved      int64         `json:"moved"`      // when it came there
	Frozen     bool          `json:"frozen"`     // since a rollback, nothing gets the domain by itself
	Request    *aliasRequest `json:"request"`
	Reason     string        `json:"reason"` // of the last rollback
}

// link is the project's repository at its Git hosting.
type link struct {
	Org    string `json:"org"`
	Repo   string `json:"repo"`
	ID     int64  `json:"id"`
	Branch string `json:"branch"` // whose pushes go to production
}

func (l *link) name() string { return l.Org + "/" + l.Repo }

type bypass struct {
	Created int64 `json:"created"`
}

// aliasRequest is the last promotion or rollback.
type aliasRequest struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Status    string `json:"status"`
	Requested int64  `json:"requested"`
	Type      string `json:"type"`
}

func (r *aliasRequest) running() bool {
	return r != nil && (r.Status == "pending" || r.Status == "in-progress")
}

type deployment struct {
	ID         string            `json:"id"`
	Project    string            `json:"project"`
	URL        string            `json:"url"`
	Target     string            `json:"target"` // production, or "" for a preview
	Source     string            `json:"source"` // cli, git, api-trigger-git-deploy, redeploy
	Meta       map[string]string `json:"meta"`
	Files      []file            `json:"files"`
	Git        *gitSource        `json:"git"`
	Prebuilt   bool              `json:"prebuilt"`
	Framework  string            `json:"framework"`
	Root       string            `json:"root"`
	Env        map[string]string `json:"env"` // the project's variables when it was made
	AutoAssign bool              `json:"autoAssign"`

	State      string `json:"state"`
	Substate   string `json:"substate"`
	ErrorCode  string `json:"errorCode"`
	Error      string `json:"error"`
	Block      string `json:"block"` // why it is BLOCKED
	AliasError string `json:"aliasError"`
	Checks     string `json:"checks"`  // the conclusion, "" for none
	Crashes    bool   `json:"crashes"` // its function answers nothing but errors

	Created  int64 `json:"created"`
	Building int64 `json:"building"`
	Ready    int64 `json:"ready"`
	Ended    int64 `json:"ended"`    // in error or cancelled
	Assigned int64 `json:"assigned"` // when its aliases were there
}

// over reports whether nothing is left to be done for it.
func (d *deployment) over() bool {
	switch d.State {
	case "ERROR", "CANCELED", "BLOCKED":
		return true
	case "READY":
		return d.Assigned != 0 || d.AliasError != "" || d.Checks == "failed"
	}
	return false
}

type file struct {
	Path string `json:"path"`
	SHA  string `json:"sha"`
	Size int64  `json:"size"`
	Mode uint32 `json:"mode"`
}

type variable struct {
	ID      string   `json:"id"`
	Key     string   `json:"key"`
	Value   string   `json:"value"`
	Type    string   `json:"type"`
	Target  []string `json:"target"`
	Branch  string   `json:"branch"`
	Comment string   `json:"comment"`
	Created int64    `json:"created"`
	Updated int64    `json:"updated"`
}

// deployment finds one by its id; nil where it is gone. The caller holds the lock.
func (e *Emulator) deployment(id string) *deployment {
	i := slices.IndexFunc(e.state.Deployments, func(d *deployment) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return e.state.Deployments[i]
}

// project finds one by its id; nil where it is gone. The caller holds the lock.
func (e *Emulator) project(id string) *project {
	i := slices.IndexFunc(e.state.Projects, func(p *project) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return e.state.Projects[i]
}

// of lists a project's deployments, the oldest first.
func (e *Emulator) of(p *project) []*deployment {
	var all []*deployment
	for _, d := range e.state.Deployments {
		if d.Project == p.ID {
			all = append(all, d)
		}
	}
	return all
}

// id draws one in the vendor's form.
func id(prefix string) string { return prefix + rand.Text() }
