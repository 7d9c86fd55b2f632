package vercel

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"readme/cli/box/keep"
)

// state is everything that a restart brings back. It is one file, written whole.
type state struct {
	Project     project       `json:"project"`
	Deployments []*deployment `json:"deployments"` // the oldest first
	Env         []*variable   `json:"env"`
	// Seeded is what Config.Env has brought so far: a variable that somebody has changed or deleted since stays so.
	Seeded map[string]string `json:"seeded"`
}

type project struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Account    string        `json:"account"`
	Created    int64         `json:"created"`
	Domain     string        `json:"domain"`
	Production string        `json:"production"` // the deployment that the domain serves
	Moved      int64         `json:"moved"`      // when it came there
	Frozen     bool          `json:"frozen"`     // since a rollback, nothing gets the domain by itself
	Request    *aliasRequest `json:"request"`
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
	URL        string            `json:"url"`
	Target     string            `json:"target"` // production, or "" for a preview
	Meta       map[string]string `json:"meta"`
	Files      []file            `json:"files"`
	Env        map[string]string `json:"env"` // the project's variables when it was made
	AutoAssign bool              `json:"autoAssign"`

	State     string `json:"state"`
	Substate  string `json:"substate"`
	ErrorCode string `json:"errorCode"`
	Error     string `json:"error"`
	Block     string `json:"block"` // why it is BLOCKED

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
		return d.Assigned != 0
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

// load reads the state, or begins a new one, and brings in the configured variables.
func (e *Emulator) load() error {
	b, err := os.ReadFile(e.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		now := e.now()
		e.state = state{Project: project{ID: id("prj_"), Name: e.cfg.Project, Account: id("usr_"), Created: now}}
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(b, &e.state); err != nil {
			return fmt.Errorf("read %s: %w", e.path(), err)
		}
	}
	e.state.Project.Name = e.cfg.Project
	for _, d := range e.state.Deployments {
		e.last = max(e.last, d.Created, d.Ready, d.Assigned)
	}
	e.seed()
	return nil
}

// seed types in the variables that were never there, and follows the box's own addresses where nobody has typed
// another value since.
func (e *Emulator) seed() {
	if e.state.Seeded == nil {
		e.state.Seeded = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(e.cfg.Env)) {
		value := e.cfg.Env[name]
		old, was := e.state.Seeded[name]
		e.state.Seeded[name] = value
		v := e.variableFor(name, production)
		switch now := e.now(); {
		case !was && v == nil:
			e.state.Env = append(e.state.Env, &variable{
				ID: id("env_"), Key: name, Value: value, Type: "encrypted", Target: []string{production}, Created: now, Updated: now,
			})
		case was && v != nil && v.Value == old && value != old:
			v.Value, v.Updated = value, now
			for _, d := range e.state.Deployments { // the box's addresses move, and what is live must find them
				if now, ok := d.Env[name]; ok && now == old {
					d.Env[name] = value
				}
			}
		}
	}
}

func (e *Emulator) path() string { return filepath.Join(e.cfg.Dir, "state.json") }

// save writes the state. The caller holds the lock.
func (e *Emulator) save() error {
	b, err := json.Marshal(e.state)
	if err != nil {
		return err
	}
	return keep.Write(e.path(), b)
}

// find gives a deployment by its id, the host of its own address, or an alias that it serves.
func (e *Emulator) find(idOrURL string) *deployment {
	if idOrURL == e.state.Project.Domain {
		idOrURL = e.state.Project.Production
	}
	for _, d := range slices.Backward(e.state.Deployments) {
		if d.ID == idOrURL || d.URL == idOrURL {
			return d
		}
	}
	return nil
}

// id draws one in the vendor's form.
func id(prefix string) string { return prefix + rand.Text() }
