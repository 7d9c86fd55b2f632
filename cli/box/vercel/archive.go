package vercel

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const keptDeployments = 30 // of a project

// archive packs a deployment's files for Host, the same bytes for the same files: equal builds are recognised by it.
func (e *Emulator) archive(d deployment) (path string, err error) {
	f, err := os.CreateTemp(e.cfg.Dir, ".archive-*.tar.gz")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	zip := gzip.NewWriter(f)
	out := tar.NewWriter(zip)
	for _, in := range d.Files {
		if err := pack(out, in, e.blob(in.SHA)); err != nil {
			return "", err
		}
	}
	return f.Name(), errors.Join(out.Close(), zip.Close())
}

func pack(out *tar.Writer, in file, blob string) error {
	f, err := os.Open(blob)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	mode := int64(in.Mode & 0o777)
	if mode == 0 {
		mode = 0o644
	}
	if err := out.WriteHeader(&tar.Header{Name: in.Path, Mode: mode, Size: info.Size(), Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}

// sweep removes files that no deployment names any more. The caller holds the lock; files that were sent for a
// deployment to come are spared by their age.
func (e *Emulator) sweep(oldest int64) error {
	used := map[string]bool{}
	for _, d := range e.state.Deployments {
		for _, f := range d.Files {
			used[f.SHA] = true
		}
	}
	all, err := os.ReadDir(filepath.Join(e.cfg.Dir, "files"))
	if err != nil {
		return err
	}
	for _, f := range all {
		info, err := f.Info()
		if err == nil && !used[f.Name()] && info.ModTime().UnixMilli() < oldest {
			err = os.Remove(e.blob(f.Name()))
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// prune forgets a project's oldest deployments beyond the kept ones, but never what serves. The caller holds the lock.
func (e *Emulator) prune(p *project) error {
	over := len(e.of(p)) - keptDeployments
	if over <= 0 {
		return nil
	}
	e.state.Deployments = slices.DeleteFunc(e.state.Deployments, func(d *deployment) bool {
		if over <= 0 || d.Project != p.ID || d.ID == p.Production || !d.over() {
			return false
		}
		over--
		e.forget(d.ID)
		return true
	})
	return e.sweep(time.Now().Add(-time.Hour).UnixMilli())
}
