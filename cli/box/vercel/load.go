package vercel

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/box/keep"
)

// load reads the state, or begins a new one, and brings in what is configured.
func (e *Emulator) load() error {
	b, err := os.ReadFile(e.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.state = state{User: id("usr_"), Team: id("team_")}
	case err != nil:
		return err
	default:
		if e.state, err = parse(b); err != nil {
			return fmt.Errorf("read %s: %w", e.path(), err)
		}
	}
	for _, d := range e.state.Deployments {
		e.last = max(e.last, d.Created, d.Ready, d.Assigned)
	}
	for _, c := range e.cfg.Projects {
		if err := e.setUp(c); err != nil {
			return err
		}
	}
	return nil
}

// parse reads a state, also one of when there was a single project.
func parse(b []byte) (state, error) {
	var s state
	if err := json.Unmarshal(b, &s); err != nil {
		return s, err
	}
	var old struct {
		Project *project          `json:"project"`
		Env     []*variable       `json:"env"`
		Seeded  map[string]string `json:"seeded"`
	}
	if err := json.Unmarshal(b, &old); err != nil {
		return s, err
	}
	if p := old.Project; p != nil {
		p.Env, p.Seeded, p.Edge, p.Framework = old.Env, old.Seeded, production, nextjs
		s.User, s.Team, s.Projects = p.Account, id("team_"), []*project{p}
		for _, d := range s.Deployments {
			d.Project, d.Source, d.Framework = p.ID, "cli", nextjs
		}
	}
	return s, nil
}

// setUp makes a configured project if it is not there. What somebody has changed since stays so.
func (e *Emulator) setUp(c Project) error {
	account := e.account()
	i := slices.IndexFunc(e.state.Projects, func(p *project) bool { return p.Name == c.Name })
	if i < 0 {
		i = len(e.state.Projects)
		e.add(&project{Name: c.Name, Account: account, Framework: nextjs, Root: c.Root})
	}
	p := e.state.Projects[i]
	p.Account = account
	if c.Repo != "" && (p.Link == nil || !strings.EqualFold(p.Link.name(), c.Repo)) {
		l, err := linkTo(c.Repo)
		if err != nil {
			return err
		}
		p.Link = l
	}
	e.seed(p, c.Env)
	return nil
}

// add enters a new project.
func (e *Emulator) add(p *project) {
	p.ID, p.Created, p.Edge = id("prj_"), e.now(), p.Name+"/"+production
	if len(e.state.Projects) == 0 {
		p.Edge = production
	}
	p.Updated = p.Created
	e.state.Projects = append(e.state.Projects, p)
}

func linkTo(repo string) (*link, error) {
	org, name, ok := strings.Cut(repo, "/")
	if !ok || org == "" || name == "" {
		return nil, fmt.Errorf("repository %q: want owner/name", repo)
	}
	// A number that stays the same, as the hosting's own does.
	number := int64(crc32.ChecksumIEEE([]byte(strings.ToLower(repo)))) + 1
	return &link{Org: org, Repo: name, ID: number, Branch: "main"}, nil
}

// seed types in the variables that were never there, and follows the box's own addresses where nobody has typed
// another value since.
func (e *Emulator) seed(p *project, env map[string]string) {
	if p.Seeded == nil {
		p.Seeded = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value := env[name]
		old, was := p.Seeded[name]
		p.Seeded[name] = value
		v := p.variableFor(name, production)
		switch {
		case !was && v == nil:
			now := e.now()
			p.Env = append(p.Env, &variable{
				ID: id("env_"), Key: name, Value: value, Type: "encrypted", Target: []string{production}, Created: now, Updated: now,
			})
		case was && v != nil && v.Value == old && value != old:
			v.Value = value             // nobody has written it: the deployments of before get it too
			for _, d := range e.of(p) { // the box's addresses move, and what is live must find them
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
