package railway

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"readme/cli/box/keep"
)

// keptDeployments is how long an instance's history is; what is older is forgotten with its archive and logs.
const keptDeployments = 30

func (e *Emulator) statePath() string { return filepath.Join(e.cfg.Dir, "state.json") }

func (e *Emulator) archivePath(name string) string {
	return filepath.Join(e.cfg.Dir, "archives", name+".tar.gz")
}

// load reads what was saved. A new folder gives a nil world.
func (e *Emulator) load() (*world, error) {
	w := &world{}
	found, err := keep.ReadJSON(e.statePath(), w)
	if err != nil || !found {
		return nil, err
	}
	switch w.Version {
	case worldVersion:
	case 0:
		if w, err = e.migrate(); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("railway: %s was written by a newer version of the box; `readme-ops box reset` starts anew", e.statePath())
	}
	w.Version = worldVersion
	w.link()
	return w, nil
}

// save puts the world on disk before anybody hears of it. The lock is held.
func (e *Emulator) save() error {
	e.prune()
	return keep.WriteJSON(e.statePath(), e.w)
}

// prune forgets the oldest deployments that are over, and services that were deleted once nothing of them runs.
func (e *Emulator) prune() {
	count := map[string]int{}
	var gone []*deployment
	for _, d := range slices.Backward(e.w.Deployments) {
		in := e.w.instance(d)
		count[d.Of]++
		over := !d.underway() && e.running[d.ID] == nil && in.Active != d.ID
		if over && (count[d.Of] > keptDeployments || !in.service.Deleted.IsZero()) {
			gone = append(gone, d)
			count[d.Of]--
		}
	}
	for _, d := range gone {
		e.forget(d)
	}
	for _, p := range e.w.Projects {
		p.Services = slices.DeleteFunc(p.Services, func(s *service) bool { return e.isOver(p, s, count) })
	}
}

func (e *Emulator) forget(d *deployment) {
	e.w.Deployments = slices.DeleteFunc(e.w.Deployments, func(o *deployment) bool { return o == d })
	e.logs.forget(d.ID)
	delete(e.hidden, d.ID)
	delete(e.late, d.ID)
	delete(e.hits, d.ID)
	if !slices.ContainsFunc(e.w.Deployments, func(o *deployment) bool { return o.Archive == d.Archive }) {
		_ = os.Remove(e.archivePath(d.Archive))
	}
}

// isOver reports whether a deleted service has no deployment left, and takes its instances away then.
func (e *Emulator) isOver(p *project, s *service, deployments map[string]int) bool {
	if s.Deleted.IsZero() {
		return false
	}
	for _, env := range p.Environments {
		if in := env.instance(s); in != nil && deployments[in.ID] > 0 {
			return false
		}
	}
	for _, env := range p.Environments {
		env.Instances = slices.DeleteFunc(env.Instances, func(in *instance) bool { return in.service == s })
	}
	return true
}

// sweep removes the temporary files that a kill has left.
func (e *Emulator) sweep() {
	for _, pattern := range []string{".new-*", "archives/.new-*", "archives/new-*", "logs/.new-*"} {
		left, _ := filepath.Glob(filepath.Join(e.cfg.Dir, pattern)) // the pattern is a good one
		for _, path := range left {
			_ = os.Remove(path)
		}
	}
}
