package railway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// keptDeployments is how long a service's history is; what is older is forgotten with its archive and logs.
const keptDeployments = 30

func (e *Emulator) statePath() string { return filepath.Join(e.cfg.Dir, "state.json") }

func (e *Emulator) archivePath(sum string) string {
	return filepath.Join(e.cfg.Dir, "archives", sum+".tar.gz")
}

// load reads what was saved. A new folder gives a nil world.
func (e *Emulator) load() (*world, error) {
	raw, err := os.ReadFile(e.statePath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no world yet is no error
	}
	if err != nil {
		return nil, err
	}
	var w world
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, fmt.Errorf("%s: %w", e.statePath(), err)
	}
	return &w, nil
}

// save puts the world on disk before anybody hears of it. The lock is held.
func (e *Emulator) save() error {
	e.prune()
	raw, err := json.Marshal(e.w)
	if err != nil {
		return err
	}
	return writeFile(e.statePath(), raw)
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

// writeFile replaces a file so that a power cut leaves the old or the new one.
func writeFile(path string, content []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return keep(f, path, err)
}

// keep closes a temporary file and gives it its name, or removes it when writing it has failed with err.
func keep(f *os.File, path string, err error) error {
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
