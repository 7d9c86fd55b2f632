package railway

import (
	"os"
	"path/filepath"
	"slices"

	"readme/cli/box/keep"
)

// keptDeployments is how long a service's history is; what is older is forgotten with its archive and logs.
const keptDeployments = 30

func (e *Emulator) statePath() string { return filepath.Join(e.cfg.Dir, "state.json") }

func (e *Emulator) archivePath(sum string) string {
	return filepath.Join(e.cfg.Dir, "archives", sum+".tar.gz")
}

// load reads what was saved. A new folder gives a nil world.
func (e *Emulator) load() (*world, error) {
	var w world
	found, err := keep.ReadJSON(e.statePath(), &w)
	if err != nil || !found {
		return nil, err
	}
	return &w, nil
}

// save puts the world on disk before anybody hears of it. The lock is held.
func (e *Emulator) save() error {
	e.prune()
	return keep.WriteJSON(e.statePath(), e.w)
}

// prune forgets the oldest deployments that are over.
func (e *Emulator) prune() {
	count := map[string]int{}
	var gone []*deployment
	for _, d := range slices.Backward(e.w.Deployments) {
		count[d.Service]++
		over := !d.underway() && e.running[d.ID] == nil && e.w.service(d.Service).Active != d.ID
		if count[d.Service] > keptDeployments && over {
			gone = append(gone, d)
		}
	}
	for _, d := range gone {
		e.w.Deployments = slices.DeleteFunc(e.w.Deployments, func(o *deployment) bool { return o == d })
		e.logs.forget(d.ID)
		delete(e.hidden, d.ID)
		if !slices.ContainsFunc(e.w.Deployments, func(o *deployment) bool { return o.Archive == d.Archive }) {
			_ = os.Remove(e.archivePath(d.Archive))
		}
	}
}

// sweep removes the temporary files that a kill has left.
func (e *Emulator) sweep() {
	for _, dir := range []string{"", "archives", "logs"} {
		left, _ := filepath.Glob(filepath.Join(e.cfg.Dir, dir, ".new-*")) // the pattern is a good one
		for _, path := range left {
			_ = os.Remove(path)
		}
	}
}
