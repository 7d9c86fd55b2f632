// Package forge stands in for the Git hosting from which vendors fetch a commit: it gives the commits of the local
// repository under the name that the repository has there.
package forge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/child"
)

// What a vendor says when it cannot fetch.
var (
	ErrNoRepository = errors.New("repository not found")
	ErrNoCommit     = errors.New("commit not found")
)

// Forge is one repository. It is safe for several goroutines.
type Forge struct {
	// Name is what the repository is called: "owner/name".
	Name string
	// Dir is the project's folder in its work tree; commits are given as far as they lie below it.
	Dir string
	// Env is what git gets: PATH and HOME.
	Env []string
}

// Commit is one commit as a hosting shows it.
type Commit struct {
	SHA     string // 40 hex digits
	Message string // its first line
	Author  string
	Branch  string // of the ref that was asked for, "" where it was no branch
	At      time.Time
}

const deadline = time.Minute

// Commit looks a commit up by its sha, a branch or a tag.
func (f *Forge) Commit(ctx context.Context, repo, ref string) (Commit, error) {
	if !strings.EqualFold(repo, f.Name) {
		return Commit{}, fmt.Errorf("%s: %w", repo, ErrNoRepository)
	}
	if ref == "" || strings.HasPrefix(ref, "-") {
		return Commit{}, fmt.Errorf("%q: %w", ref, ErrNoCommit)
	}
	out, err := f.git(ctx, "log", "-1", "--no-show-signature", "--format=%H%n%ct%n%an%n%s", ref+"^{commit}", "--")
	if err != nil {
		return Commit{}, err
	}
	parts := strings.SplitN(out, "\n", 4)
	if len(parts) < 4 {
		return Commit{}, fmt.Errorf("%s: %w", ref, ErrNoCommit)
	}
	var seconds int64
	if _, err := fmt.Sscan(parts[1], &seconds); err != nil {
		return Commit{}, fmt.Errorf("%s: %w", ref, err)
	}
	c := Commit{SHA: parts[0], At: time.Unix(seconds, 0).UTC(), Author: parts[2], Message: strings.TrimSpace(parts[3])}
	if ref != c.SHA {
		c.Branch = strings.TrimPrefix(ref, "refs/heads/")
	}
	return c, nil
}

// Archive writes the files of a commit as a tar.gz to path, which appears only when it is whole.
func (f *Forge) Archive(ctx context.Context, repo, sha, path string) error {
	c, err := f.Commit(ctx, repo, sha)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "new-*.tar.gz")
	if err != nil {
		return err
	}
	_ = tmp.Close()
	defer func() { _ = os.Remove(tmp.Name()) }()
	if _, err := f.git(ctx, "archive", "--format=tar.gz", "-o", tmp.Name(), c.SHA, "--", "."); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// git gives what git prints. Whatever it does not find is ErrNoCommit.
func (f *Forge) git(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var out, said strings.Builder
	exit, err := child.Run(ctx, child.Command{
		Name: "git", Dir: f.Dir,
		Argv:   append([]string{"git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"}, args...),
		Env:    append([]string{"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"}, f.Env...),
		Stdout: func(line string) { out.WriteString(line + "\n") },
		Stderr: func(line string) { said.WriteString(line + "\n") },
	})
	if err != nil {
		return "", err
	}
	if exit != 0 {
		return "", fmt.Errorf("%w (git: %s)", ErrNoCommit, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}
