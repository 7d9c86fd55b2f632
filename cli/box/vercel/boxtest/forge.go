package boxtest

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha1" //nolint:gosec // as git names commits
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"readme/cli/box/forge"
)

// Forge is one repository in memory. It is safe for several goroutines.
type Forge struct {
	Name string // "owner/name"

	mu       sync.Mutex
	files    map[string]map[string]string // by commit
	branches map[string]forge.Commit
	commits  map[string]forge.Commit
}

// Push adds a commit with these files to a branch, and gives its sha.
func (f *Forge) Push(branch, message string, files map[string]string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files, f.branches, f.commits = map[string]map[string]string{}, map[string]forge.Commit{}, map[string]forge.Commit{}
	}
	sum := sha1.Sum([]byte(fmt.Sprint(branch, message, files, len(f.files)))) //nolint:gosec // as git names commits
	c := forge.Commit{SHA: hex.EncodeToString(sum[:]), Message: message, Author: "A Founder", At: time.Now()}
	f.files[c.SHA], f.commits[c.SHA] = files, c
	c.Branch = branch
	f.branches[branch], f.branches["HEAD"] = c, c
	return c.SHA
}

// Commit looks a commit up by its sha or its branch.
func (f *Forge) Commit(_ context.Context, repo, ref string) (forge.Commit, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.EqualFold(repo, f.Name) {
		return forge.Commit{}, forge.ErrNoRepository
	}
	if c, ok := f.branches[ref]; ok {
		return c, nil
	}
	if c, ok := f.commits[ref]; ok {
		return c, nil
	}
	return forge.Commit{}, forge.ErrNoCommit
}

// Archive writes the files of a commit.
func (f *Forge) Archive(ctx context.Context, repo, sha, path string) error {
	c, err := f.Commit(ctx, repo, sha)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	zip := gzip.NewWriter(file)
	out := tar.NewWriter(zip)
	f.mu.Lock()
	files := f.files[c.SHA]
	f.mu.Unlock()
	for name, content := range files {
		head := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}
		if err := out.WriteHeader(head); err != nil {
			return errors.Join(err, file.Close())
		}
		if _, err := out.Write([]byte(content)); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return errors.Join(out.Close(), zip.Close(), file.Close())
}
