package source

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"readme/cli/release"
)

// Base is another commit that the work tree is compared with, such as the branch that a change goes to.
type Base struct {
	Name   string // as it was given, or as it was found: "origin/main"
	Commit string // full id
	Fork   string // the last commit that both have; Commit where git does not know one, as in a shallow clone
}

// Base finds a commit by the name of a branch, a tag, or an id. A branch that is not here is looked for at origin. Errors are
// Faults.
func (s *Source) Base(ctx context.Context, name string) (Base, error) {
	for _, ref := range []string{name, "origin/" + name} {
		out, err := s.git.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
		commit := strings.TrimSpace(out)
		if err != nil || !object.MatchString(commit) {
			continue
		}
		b := Base{Name: ref, Commit: commit, Fork: commit}
		if fork, err := s.git.run(ctx, "merge-base", "HEAD", commit); err == nil && object.MatchString(strings.TrimSpace(fork)) {
			b.Fork = strings.TrimSpace(fork)
		}
		return b, nil
	}
	return Base{}, &release.Fault{
		Title: "git knows no " + release.Printable(name) + " here", Detail: "a clone of one commit alone does not have the others",
		Try: "git fetch --unshallow origin", Exit: release.ExitUsage,
	}
}

// SumsAt gives the sha256, in hex, of every file of a commit that matches a pattern, by its path.
func (s *Source) SumsAt(ctx context.Context, commit string, patterns []string) (map[string]string, error) {
	if !object.MatchString(commit) {
		return nil, fmt.Errorf("list the files of a commit: %q is no commit's id", commit)
	}
	_, chosen, err := Pick{Patterns: patterns}.compile()
	if err != nil {
		return nil, reading("select files", err)
	}
	list, err := s.git.run(ctx, "ls-tree", "-r", "-z", commit, "--", ".")
	if err != nil {
		return nil, explain(s.Dir, err)
	}
	files := past(list, chosen)
	if err := s.git.contents(ctx, files); err != nil {
		return nil, explain(s.Dir, err)
	}
	sums := map[string]string{}
	for _, f := range files {
		sums[f.Path] = fmt.Sprintf("%x", sha256.Sum256(f.text))
	}
	return sums, nil
}
