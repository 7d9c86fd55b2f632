package source

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"readme/cli/release"
)

// Pick says which files of a source are meant. Files that must never leave the machine (.env*, keys, .git,
// .readme-ops, node_modules) are in no pick.
type Pick struct {
	Root     string   // a folder, relative to Source.Dir; paths in the result are relative to it. "" is Source.Dir
	Patterns []string // as in .gitignore, relative to Source.Dir; nil means all files
	Exclude  []string // likewise
}

// Select lists the files of a pick, sorted by path. left names those that stay behind: private ones, and symbolic
// links that lead out of the root.
func (s *Source) Select(p Pick) (files []File, left []string, err error) {
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return nil, nil, reading("select files", err)
	}
	defer func() { _ = root.Close() }()
	folder, chosen, err := p.compile()
	if err != nil {
		return nil, nil, reading("select files", err)
	}
	for _, f := range s.Files {
		if !chosen(f.Path) {
			continue
		}
		name := strings.TrimPrefix(f.Path, folder)
		if private(f.Path) || (f.Mode&fs.ModeSymlink != 0 && !staysInside(root, f.Path, name)) {
			left = append(left, name)
			continue
		}
		f.Path = name
		files = append(files, f)
	}
	return files, left, nil
}

// compile gives the pick's folder, with a slash at its end unless it is the top, and which paths belong to it.
func (p Pick) compile() (folder string, chosen func(string) bool, err error) {
	if r := path.Clean(p.Root); r != "." {
		if !fs.ValidPath(r) {
			return "", nil, fmt.Errorf("the root %q leads out of the repository", p.Root)
		}
		folder = r + "/"
	}
	include, err := newMatcher(p.Patterns)
	if err != nil {
		return "", nil, err
	}
	exclude, err := newMatcher(p.Exclude)
	if err != nil {
		return "", nil, err
	}
	return folder, func(file string) bool {
		return strings.HasPrefix(file, folder) && (p.Patterns == nil || include.match(file)) && !exclude.match(file)
	}, nil
}

// staysInside reports whether a link leads to a place below the root of the pick.
func staysInside(root *os.Root, file, name string) bool {
	target, err := root.Readlink(file)
	if err != nil || path.IsAbs(target) {
		return false
	}
	return fs.ValidPath(path.Join(path.Dir(name), target))
}

// Tree gives a hash of the files that match patterns (as in .gitignore, relative to Source.Dir): of path, mode and
// content, so it changes with the files, and with nothing else. No matching file is an error, because a service
// that depends on nothing would never be deployed again.
func (s *Source) Tree(ctx context.Context, patterns []string) (string, error) {
	files, _, err := s.Select(Pick{Patterns: patterns})
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", &release.Fault{
			Title: "no file matches " + strings.Join(patterns, ", "), Detail: "these are the files that decide whether a service has changed",
			Try: "git ls-files --cached --others --exclude-standard", Exit: release.ExitInvalid,
		}
	}
	if err := s.complete(Pick{Patterns: patterns}); err != nil {
		return "", err
	}
	if err := s.contents(ctx, files); err != nil {
		return "", reading("read the files of "+strings.Join(patterns, ", "), err)
	}
	h := sha256.New()
	s.record(h, files)
	return fmt.Sprintf("sha256:%x", h.Sum(nil)), nil
}

// complete refuses a pick of which a sparse checkout holds only a part.
func (s *Source) complete(p Pick) error {
	_, chosen, err := p.compile()
	if err != nil {
		return reading("select files", err)
	}
	for _, f := range s.Absent {
		if chosen(f) && !private(f) {
			return &release.Fault{
				Title: f + " is not checked out", Detail: "this is a sparse checkout, and the file belongs to what is released",
				Try: "git sparse-checkout add " + quoted(path.Dir(f)), Exit: release.ExitUsage,
			}
		}
	}
	return nil
}
