package source

import (
	"context"
	"strings"
)

// Tag is a tag of the repository.
type Tag struct {
	Name string // "v1.2.3"
	Here bool   // it points at the commit that was asked about
}

// Tags gives all tags that this clone knows, the highest version first, and says which point at a commit, given by its
// full id. Errors are Faults.
func (s *Source) Tags(ctx context.Context, commit string) ([]Tag, error) {
	out, err := s.git.run(ctx, "for-each-ref", "--sort=-version:refname", "--format=%(objectname) %(*objectname) %(refname)", "refs/tags")
	if err != nil {
		return nil, explain(s.Dir, err)
	}
	var tags []Tag
	for line := range strings.Lines(out) {
		// An annotated tag is an object of its own, and names its commit second.
		ids, ref, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " refs/tags/")
		if ok {
			tags = append(tags, Tag{ref, strings.Contains(ids, commit)})
		}
	}
	return tags, nil
}

// Shallow reports whether the clone was cut off, as CI's often are: it knows little of the past, and seldom a tag.
func (s *Source) Shallow(ctx context.Context) bool {
	out, err := s.git.run(ctx, "rev-parse", "--is-shallow-repository")
	return err == nil && strings.TrimSpace(out) == "true"
}

// Has reports whether the clone has a commit, given by its full id.
func (s *Source) Has(ctx context.Context, commit string) bool {
	if !object.MatchString(commit) {
		return false
	}
	_, err := s.git.run(ctx, "cat-file", "-e", commit+"^{commit}")
	return err == nil
}

// Ignores reports whether a file at path, absolute, would be no part of what is released: it lies outside of Dir, git
// ignores it, or it is our own. When in doubt it would be.
func (s *Source) Ignores(ctx context.Context, path string) bool {
	rel, inside := s.relative(path)
	if !inside || own(rel) {
		return true
	}
	_, err := s.git.run(ctx, "check-ignore", "-q", "--", path)
	return err == nil
}
