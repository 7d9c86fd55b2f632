package env

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"readme/cli/release"
)

const fileMode = 0o644 // of what is committed

// Write puts changes into the files of a project: all of them, or none. Each file is replaced as a whole and keeps its mode. One
// that is read-only, that was changed since, or that lies outside of the project, such as behind a link, is a Fault.
func Write(dir string, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the project: %w", err)
	}
	defer func() { _ = root.Close() }()
	staged := make([]staging, len(changes))
	for i, c := range changes {
		if staged[i], err = look(root, c); err != nil {
			return unwritable(dir, c, err)
		}
	}
	for i := range staged {
		if err := staged[i].stage(root); err != nil {
			drop(root, staged)
			return unwritable(dir, changes[i], err)
		}
	}
	for i := range staged {
		if err := root.Rename(staged[i].beside, staged[i].name); err != nil {
			drop(root, staged[i:])
			return unwritable(dir, changes[i], errors.Join(err, undo(root, staged[:i])))
		}
	}
	return nil
}

// staging is a change that is about to be written.
type staging struct {
	Change
	name   string // of the file itself, behind links
	beside string // where its new content lies; "" for nowhere yet
	mode   fs.FileMode
	owner  *syscall.Stat_t // nil where nobody knows
}

// look finds out whether a change can be written, and touches nothing.
func look(root *os.Root, c Change) (staging, error) {
	s := staging{Change: c, mode: fileMode}
	name, info, err := behindLinks(root, path.Clean(c.Path))
	s.name = name
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Before == nil:
		return s, nil
	case err != nil:
		return s, err
	case c.Before == nil:
		return s, errChanged
	case !info.Mode().IsRegular():
		return s, errors.New("it is not a file")
	case info.Mode().Perm()&0o200 == 0:
		return s, errors.New("it is read-only")
	}
	now, err := root.ReadFile(name)
	if err == nil && !bytes.Equal(now, c.Before) {
		err = errChanged
	}
	s.mode = info.Mode().Perm()
	s.owner, _ = info.Sys().(*syscall.Stat_t)
	return s, err
}

var errChanged = errors.New("somebody changed it meanwhile")

// behindLinks follows links as long as they stay in the project.
func behindLinks(root *os.Root, name string) (string, fs.FileInfo, error) {
	const enough = 16
	for range enough {
		info, err := root.Lstat(filepath.FromSlash(name))
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return name, info, err
		}
		target, err := root.Readlink(filepath.FromSlash(name))
		if err != nil {
			return name, nil, err
		}
		to := path.Join(path.Dir(name), filepath.ToSlash(target))
		if filepath.IsAbs(target) || !filepath.IsLocal(filepath.FromSlash(to)) {
			return name, nil, errors.New("it is a link that leads out of the project")
		}
		name = to
	}
	return name, nil, errors.New("it is a link that leads to itself")
}

// stage writes the new content beside the file.
func (s *staging) stage(root *os.Root) (err error) {
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(s.name)), 0o755); err != nil {
		return err
	}
	beside := path.Join(path.Dir(s.name), "."+path.Base(s.name)+"."+rand.Text())
	f, err := root.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, s.mode)
	if err != nil {
		return err
	}
	s.beside = beside
	_, err = f.Write(s.After)
	if s.Before != nil { // for a new file the umask counts
		err = errors.Join(err, f.Chmod(s.mode))
	}
	if s.owner != nil && os.Geteuid() == 0 { // root leaves a file to whom it belongs
		err = errors.Join(err, f.Chown(int(s.owner.Uid), int(s.owner.Gid)))
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// undo puts back what was replaced already.
func undo(root *os.Root, done []staging) error {
	var errs []error
	for _, s := range done {
		if s.Before == nil {
			errs = append(errs, root.Remove(s.name))
			continue
		}
		s.After = s.Before
		err := s.stage(root)
		if err == nil {
			err = root.Rename(s.beside, s.name)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return &notUndoneError{err}
	}
	return nil
}

// notUndoneError says that some files are changed and others are not.
type notUndoneError struct{ err error }

func (e *notUndoneError) Error() string {
	return "a file that was changed could not be put back: " + e.err.Error()
}

func (e *notUndoneError) Unwrap() error { return e.err }

// drop removes what was written beside files.
func drop(root *os.Root, staged []staging) {
	for _, s := range staged {
		if s.beside != "" {
			_ = root.Remove(s.beside)
		}
	}
}

func unwritable(dir string, c Change, err error) error {
	file := filepath.Join(dir, filepath.FromSlash(c.Path))
	f := &release.Fault{
		Title: "cannot write " + file, Detail: err.Error() + "; no file was changed",
		Try:  "ls -ld " + release.ShellWord(filepath.Dir(file)) + " " + release.ShellWord(file),
		Exit: release.ExitDrift, Cause: err,
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		f.Detail = p.Err.Error() + "; no file was changed" // the path is in the title
	}
	if errors.Is(err, errChanged) {
		f.Try = fixCommand
	}
	if left, ok := errors.AsType[*notUndoneError](err); ok {
		f.Detail, f.Try = left.Error(), "git status"
	}
	return f
}
