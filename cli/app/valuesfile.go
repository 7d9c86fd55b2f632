package app

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/spec"
)

// valuesFile is where the values of an environment are written to.
type valuesFile struct {
	path string // where the file itself lies, also behind a link
	near string // as a person would write it
}

// valuesFile is the one that --out names, or the environment's own. One behind a link is written where it lies, and the link stays.
func (a *app) valuesFile(p *project, e spec.Environment, out string) (valuesFile, error) {
	v := valuesFile{near: out}
	switch {
	case e.Box:
		return v, usage(e.Name+" is a box: it draws its values itself, and has no values file", "readme-ops env pull --help")
	case out == "" && e.Values == "":
		return v, usage("release.yaml names no values file of "+e.Name, a.again("--out", ".env."+e.Name))
	case out == "":
		v.near = filepath.Join(p.values, e.Values)
	}
	v.path = v.near
	if !filepath.IsAbs(v.path) {
		v.path = filepath.Join(a.sys.Dir, v.path)
	}
	real, err := filepath.EvalSymlinks(v.path)
	switch _, broken := os.Lstat(v.path); {
	case err == nil:
		v.path = real
	case broken == nil:
		return v, &release.Fault{Title: v.near + " is a link that leads nowhere", Detail: "its values cannot be written there", Try: "ls -l " + release.ShellWord(v.near), Exit: release.ExitUsage, Cause: err}
	case !errors.Is(err, fs.ErrNotExist):
		return v, onDisk("write the values", v.near, err)
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(v.path))
	if errors.Is(err, fs.ErrNotExist) {
		return v, usage("there is no folder "+filepath.Dir(v.near), "mkdir -p "+release.ShellWord(filepath.Dir(v.near)))
	}
	if err != nil {
		return v, onDisk("write the values", v.near, err)
	}
	v.path = filepath.Join(folder, filepath.Base(v.path))
	return v, nil
}

// private refuses a file that would be committed with the values in it. Outside of every repository nobody does.
func (v valuesFile) private(ctx context.Context, environ []string) error {
	dir, name := filepath.Split(v.path)
	tracked, err := source.Tracked(ctx, dir, environ, []string{name})
	if errors.Is(err, source.ErrNoRepository) {
		return nil
	}
	if err != nil {
		return err
	}
	if tracked[name] {
		return &release.Fault{
			Title:  v.near + " is in git, and values never are",
			Detail: "nothing was read or written; if it holds real values already, replace those at their vendors, because git remembers them",
			Try:    "git rm --cached " + release.ShellWord(v.near), Exit: release.ExitDrift,
		}
	}
	ignored, err := source.Ignored(ctx, dir, environ, []string{name})
	if err != nil {
		return err
	}
	if !ignored[name] {
		return &release.Fault{
			Title:  v.near + " is not ignored by git, and would be committed with the next `git add`",
			Detail: "nothing was read or written",
			Try:    "echo " + release.ShellWord(name) + " >>" + release.ShellWord(filepath.Join(filepath.Dir(v.near), ".gitignore")), Exit: release.ExitDrift,
		}
	}
	return nil
}

// write puts the new text in the place of the old one, whole or not at all, for nobody but its owner to read. It refuses if somebody
// else has written the file meanwhile.
func (v valuesFile) write(was, is env.File) error {
	failed := func(err error) error { return onDisk("write the values", v.near, err) }
	now, err := os.ReadFile(v.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed(err)
	}
	if !bytes.Equal(now, was.Bytes()) {
		return &release.Fault{Title: v.near + " was changed while the vendors were read", Detail: "nothing was written", Try: "readme-ops env pull", Exit: release.ExitDrift}
	}
	if err == nil && bytes.Equal(was.Bytes(), is.Bytes()) {
		if err := os.Chmod(v.path, 0o600); err != nil {
			return failed(err)
		}
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(v.path), ".env.new-*") // for its owner alone, and ignored as the values files are
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(is.Bytes())
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return failed(err)
	}
	if err := os.Rename(tmp.Name(), v.path); err != nil {
		return failed(err)
	}
	return nil
}
