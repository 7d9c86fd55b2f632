package source

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"readme/cli/release"
)

// relative is path as seen from Dir, with slashes, and whether it lies below it.
func (s *Source) relative(path string) (string, bool) {
	dir, err := filepath.EvalSymlinks(s.Dir)
	if err != nil {
		dir = s.Dir
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	rel, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// CheckOut checks a commit out into a new folder to, beside the work tree that a person works in, and gives the folder in
// it that Dir is in this one. No hook runs.
func (s *Source) CheckOut(ctx context.Context, commit, to string) (string, error) {
	prefix, err := s.git.run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return "", explain(s.Dir, err)
	}
	if !s.Has(ctx, commit) {
		return "", &release.Fault{
			Title: "this clone does not have the commit " + commit, Detail: "it was released from another clone, or from CI, and was not fetched yet",
			Try: "git -C " + quoted(s.Dir) + " fetch origin " + commit, Exit: release.ExitUsage,
		}
	}
	if _, err := s.git.run(ctx, "worktree", "add", "--detach", "--force", to, commit); err != nil {
		return "", explain(s.Dir, err)
	}
	return filepath.Join(to, filepath.FromSlash(strings.TrimSuffix(prefix, "\n"))), nil
}

// Discard removes a folder that CheckOut has made, and git's knowledge of it. What is not there any more is no error.
func (s *Source) Discard(ctx context.Context, folder string) error {
	remove := func() error {
		_, err := s.git.run(ctx, "worktree", "remove", "--force", "--force", folder) // twice: also one that was cut off while it was made
		return err
	}
	if remove() == nil {
		return nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	_ = remove() // what git still knows of it, if it ever did
	return ctx.Err()
}
