// Package source says what is released: the commit, and the files of the work tree that git does not ignore.
package source

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"readme/cli/release"
)

// Source is the work tree at one moment. It may be used from several goroutines.
type Source struct {
	Dir     string         // absolute
	Commit  release.Commit // Dirty is a hash of the files that differ from the commit
	Branch  string         // "" when no branch is checked out
	Remote  string         // the URL of origin without user and password, "" for none
	Files   []File         // tracked, and untracked but not ignored; sorted by path
	Changed []string       // the files that differ from the commit, deleted ones included
	Absent  []string       // tracked files that a sparse checkout leaves out
	Skipped []string       // other repositories inside this one, and submodules that are not checked out

	git  git
	sums sums
}

// File is one file. Path is relative to Source.Dir, with slashes.
type File struct {
	Path string
	Mode fs.FileMode // 0o644, 0o755, or fs.ModeSymlink
	Size int64
}

// Read reads the repository that dir is in, as far as it lies below dir. environ is the environment of the process,
// from which git gets only what it needs. Errors are Faults.
func Read(ctx context.Context, dir string, environ []string) (*Source, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, explain(dir, err)
	}
	s := &Source{Dir: dir}
	g := newGit(dir, environ)
	s.git = g
	prefix, err := g.run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, explain(dir, err)
	}
	out, err := g.run(ctx, "status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--untracked-files=all",
		"--no-renames", "--ignore-submodules=none", "--", ".")
	if err != nil {
		return nil, explain(dir, err)
	}
	st := parseStatus(out, strings.TrimSuffix(prefix, "\n"))
	if st.commit == "" {
		return nil, noCommit(dir)
	}
	if err := s.describe(ctx, g, st); err != nil {
		return nil, explain(dir, err)
	}
	tracked, err := g.run(ctx, "ls-files", "-z", "-t", "--cached", "--recurse-submodules")
	if err != nil {
		return nil, explain(dir, err)
	}
	if err := s.list(ctx, tracked, st); err != nil {
		return nil, explain(dir, err)
	}
	if err := s.compare(ctx, st); err != nil {
		return nil, err
	}
	if len(s.Files) == 0 {
		return nil, &release.Fault{
			Title: "there is nothing to release in " + dir, Detail: "git knows of no file there, or ignores them all",
			Try: "git -C " + quoted(dir) + " status --ignored", Exit: release.ExitUsage,
		}
	}
	return s, nil
}

func noCommit(dir string) error {
	return &release.Fault{
		Title: "the repository in " + dir + " has no commit yet", Detail: "a release names the commit that it brings",
		Try: "git add -A && git commit -m 'First commit'", Exit: release.ExitUsage,
	}
}

// describe reads what a person calls the commit.
func (s *Source) describe(ctx context.Context, g git, st status) error {
	subject, err := g.run(ctx, "log", "-1", "--no-show-signature", "--encoding=UTF-8", "--format=%s", st.commit)
	if err != nil {
		return err
	}
	s.Commit = release.Commit{SHA: st.commit, Subject: strings.ToValidUTF8(strings.TrimSpace(subject), "�")}
	s.Branch = st.branch
	remote, err := g.run(ctx, "config", "--get", "remote.origin.url")
	if _, none := errors.AsType[*gitError](err); err != nil && !none {
		return err
	}
	s.Remote = withoutUser(strings.TrimSpace(remote))
	return nil
}

// hosted finds owner and name at the end of a remote's address: https://github.com/ada/readme.git, git@github.com:ada/readme.
var hosted = regexp.MustCompile(`(?:^https?://[^/]+/|^ssh://[^/]+/|^[^/@]+@[^/:]+:)([\w.-]+/[\w.-]+?)(?:\.git)?/?$`)

// Repo is what the repository is called at its hosting, "owner/name"; "" where origin is none.
func (s *Source) Repo() string {
	if m := hosted.FindStringSubmatch(s.Remote); m != nil {
		return m[1]
	}
	return ""
}

// withoutUser removes what may be a token from a URL.
func withoutUser(remote string) string {
	u, err := url.Parse(remote)
	if err != nil || u.Host == "" {
		if strings.Contains(remote, "://") {
			return "" // a URL that cannot be read may hold anything
		}
		return remote // git@host:owner/name, or a path
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// list looks at every file that git names.
func (s *Source) list(ctx context.Context, tracked string, st status) error {
	var paths []string
	for record := range strings.SplitSeq(tracked, "\x00") {
		tag, path, ok := strings.Cut(record, " ")
		switch {
		case !ok || own(path) || st.deleted[path]:
		case tag == "S":
			s.Absent = append(s.Absent, path)
		default:
			paths = append(paths, path)
		}
	}
	for _, path := range st.untracked {
		if strings.HasSuffix(path, "/") {
			s.Skipped = append(s.Skipped, path)
		} else {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths) // a file in conflict is listed once for each side
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	infos := make([]fs.FileInfo, len(paths))
	err = each(ctx, len(paths), func(i int) error {
		info, err := root.Lstat(filepath.FromSlash(paths[i]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !notDirectory(err) {
			return err
		}
		infos[i] = info
		return nil
	})
	if err != nil {
		return err
	}
	for i, info := range infos {
		switch {
		case info == nil: // deleted, or gone since git saw it
		case info.IsDir():
			s.Skipped = append(s.Skipped, paths[i]+"/")
		case info.Mode()&fs.ModeSymlink != 0:
			s.Files = append(s.Files, File{paths[i], fs.ModeSymlink, info.Size()})
		case info.Mode().IsRegular():
			s.Files = append(s.Files, File{paths[i], permission(info.Mode()), info.Size()})
		}
	}
	return nil
}

// own reports whether a path is ours: what readme-ops writes beside a project is no part of it.
func own(path string) bool { return path == ".readme-ops" || strings.HasPrefix(path, ".readme-ops/") }

// permission keeps what git keeps of a mode.
func permission(m fs.FileMode) fs.FileMode {
	if m&0o100 != 0 {
		return 0o755
	}
	return 0o644
}
