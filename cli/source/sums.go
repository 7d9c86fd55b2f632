package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"readme/cli/release"
)

type sum [sha256.Size]byte

// sums remembers the content of each file that was read, so that nothing can change unnoticed between the plan and
// the archive.
type sums struct {
	mu sync.Mutex
	by map[string]sum
}

func (s *sums) get(path string) (sum, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	got, ok := s.by[path]
	return got, ok
}

// keep stores the sum of a file, and reports whether it is the one that was stored before.
func (s *sums) keep(path string, is sum) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, ok := s.by[path]; ok {
		return was == is
	}
	if s.by == nil {
		s.by = map[string]sum{}
	}
	s.by[path] = is
	return true
}

// each calls do for 0 to n-1, several at once.
func each(ctx context.Context, n int, do func(int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := min(runtime.GOMAXPROCS(0), n)
	for w := range workers {
		group.Go(func() error {
			for i := w; i < n; i += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := do(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// contents makes sure that the sums of these files are known.
func (s *Source) contents(ctx context.Context, files []File) error {
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return each(ctx, len(files), func(i int) error {
		f := files[i]
		if _, known := s.sums.get(f.Path); known {
			return nil
		}
		h := sha256.New()
		if err := write(h, root, f); err != nil {
			return &lost{f.Path, err}
		}
		if !s.sums.keep(f.Path, sum(h.Sum(nil))) {
			return &lost{f.Path, errors.New("its content changed")}
		}
		return nil
	})
}

// write copies a file's content: that of a symbolic link is where it leads.
func write(w io.Writer, root *os.Root, f File) error {
	name := filepath.FromSlash(f.Path)
	if f.Mode&fs.ModeSymlink != 0 {
		target, err := root.Readlink(name)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, target)
		return err
	}
	// A named pipe that took the file's place would otherwise be waited for.
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is no file any more")
	}
	n, err := io.Copy(w, io.LimitReader(file, f.Size+1))
	if err == nil && n != f.Size {
		err = fmt.Errorf("its size changed from %d bytes", f.Size)
	}
	return err
}

// lost is a file that changed or vanished while it was read.
type lost struct {
	path string
	err  error
}

func (l *lost) Error() string { return l.path + ": " + l.err.Error() }

func (l *lost) Unwrap() error { return l.err }

// reading turns an error of reading files into a Fault.
func reading(what string, err error) error {
	f := &release.Fault{Title: "cannot " + what, Detail: err.Error(), Try: "readme-ops doctor", Exit: release.ExitStepFailed, Cause: err}
	if l, ok := errors.AsType[*lost](err); ok && !errors.Is(err, fs.ErrPermission) {
		f.Title = l.path + " changed while it was read"
		f.Detail = "what runs must be what was planned: " + l.err.Error()
		f.Try = "git status"
	}
	return f
}

func notDirectory(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// compare finds the hash that names the differences to the commit. It depends on the files as they are, and not on
// what of it is staged.
func (s *Source) compare(ctx context.Context, st status) error {
	s.Changed = st.changed
	if len(st.changed) == 0 {
		return nil
	}
	var files []File
	for _, f := range s.Files {
		_, changed := slices.BinarySearch(st.changed, f.Path)
		if changed || slices.ContainsFunc(st.modules, func(m string) bool { return strings.HasPrefix(f.Path, m+"/") }) {
			files = append(files, f)
		}
	}
	if err := s.contents(ctx, files); err != nil {
		return reading("read what differs from the commit", err)
	}
	h := sha256.New()
	for _, path := range st.changed {
		h.Write([]byte(path + "\x00"))
	}
	s.record(h, files)
	s.Commit.Dirty = hex.EncodeToString(h.Sum(nil))[:12]
	return nil
}

// record adds path, mode and content's hash of files whose contents are known.
func (s *Source) record(h hash.Hash, files []File) {
	for _, f := range files {
		is, _ := s.sums.get(f.Path)
		h.Write(fmt.Appendf(nil, "%s\x00%o\x00%x\x00", f.Path, f.Mode, is))
	}
}
