package source

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
)

// ErrNoRepository says that a folder lies in no git repository: nothing in it is tracked, and nothing ignored.
var ErrNoRepository = errors.New("it is in no git repository")

// Tracked tells which of some files git tracks: those that are in the index of the repository that dir lies in. Paths are
// relative to dir or absolute, and the answer has them as they were given; a file need not exist, and one outside of the
// repository is not tracked. environ is the environment of the process, from which git gets only what it needs. Errors are
// Faults, or ErrNoRepository.
func Tracked(ctx context.Context, dir string, environ, paths []string) (map[string]bool, error) {
	return ask(dir, environ, paths, func(g git, list string) (string, error) {
		args := append([]string{"--literal-pathspecs", "ls-files", "-z", "--cached", "--"}, strings.Split(list, "\x00")...)
		return g.run(ctx, args...)
	})
}

// Ignored tells which of some files git ignores, by any of its rules, and would so not add by accident. A file that it tracks is
// not ignored, whatever the rules say; one outside of dir is, as nothing of what is released takes it along. For the rest
// see Tracked.
func Ignored(ctx context.Context, dir string, environ, paths []string) (map[string]bool, error) {
	out, err := ask(dir, environ, paths, func(g git, list string) (string, error) {
		out, err := g.feed(ctx, list, "check-ignore", "-z", "--stdin")
		if e, ok := errors.AsType[*gitError](err); ok && e.stderr == "" { // git's way to say: none of them
			return "", nil
		}
		return out, err
	})
	if err != nil {
		return nil, err
	}
	s := &Source{Dir: dir}
	for _, p := range paths {
		if rel, inside := s.relative(absolute(dir, p)); !inside || own(rel) {
			out[p] = true
		}
	}
	return out, nil
}

// ask hands the paths that lie in dir to git, relative to it, and notes which of them it names in its answer.
func ask(dir string, environ, paths []string, say func(g git, list string) (string, error)) (map[string]bool, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, explain(dir, err)
	}
	given := map[string][]string{}
	var list []string
	s := &Source{Dir: dir}
	for _, p := range paths {
		if rel, inside := s.relative(absolute(dir, p)); inside && !strings.ContainsRune(rel, 0) {
			given[rel] = append(given[rel], p)
			list = append(list, rel)
		}
	}
	out := map[string]bool{}
	if len(list) == 0 {
		return out, nil
	}
	text, err := say(newGit(dir, environ), strings.Join(list, "\x00"))
	if e, ok := errors.AsType[*gitError](err); ok && strings.Contains(e.stderr, "not a git repository") {
		return nil, ErrNoRepository
	}
	if err != nil {
		return nil, explain(dir, err)
	}
	for rel := range strings.SplitSeq(text, "\x00") {
		for _, p := range given[rel] {
			out[p] = true
		}
	}
	return out, nil
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Join(dir, path)
}
