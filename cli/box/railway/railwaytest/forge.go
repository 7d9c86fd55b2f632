package railwaytest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/box/forge"
)

// Forge is a Git hosting in memory, with one repository. Its newest commit is the last one.
type Forge struct {
	Repo    string   // "owner/name"
	Commits []string // full shas, oldest first; the branch main, and HEAD, are at the last one
	Slow    time.Duration
}

// Commit looks a commit up by its sha, or "main" or "HEAD".
func (f *Forge) Commit(ctx context.Context, repo, ref string) (forge.Commit, error) {
	select {
	case <-time.After(f.Slow):
	case <-ctx.Done():
		return forge.Commit{}, context.Cause(ctx)
	}
	if !strings.EqualFold(repo, f.Repo) {
		return forge.Commit{}, forge.ErrNoRepository
	}
	c := forge.Commit{Author: "Ada", At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	for _, sha := range f.Commits {
		if ref == sha || ref == "main" || ref == "HEAD" {
			c.SHA, c.Message = sha, "commit "+sha[:7]
		}
	}
	if c.SHA == "" {
		return c, forge.ErrNoCommit
	}
	if ref != c.SHA {
		c.Branch = ref
	}
	return c, nil
}

// Archive writes an archive that names the commit.
func (f *Forge) Archive(ctx context.Context, repo, sha, path string) error {
	if _, err := f.Commit(ctx, repo, sha); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "new-*.tar.gz")
	if err != nil {
		return err
	}
	_, err = tmp.Write(Archive(map[string]string{"./commit": sha}))
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
