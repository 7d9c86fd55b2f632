package source

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Change is one commit of a list.
type Change struct {
	SHA     string // full
	Subject string // the first line of its message
}

// ErrNoCommit says that this clone does not have a commit that was asked for, as where CI fetches only the newest.
var ErrNoCommit = errors.New("this clone does not have the commit")

// longestLog is how many commits are looked through.
const longestLog = 1000

// Since lists the commits that until has and since has not, both given by their full ids, which touch files that match
// patterns (as in .gitignore, relative to Source.Dir), the newest first: no more of them than most, and how many more there are.
// Merges are left out; what they bring is listed by itself.
func (s *Source) Since(ctx context.Context, since, until string, patterns []string, most int) (changes []Change, more int, err error) {
	if !object.MatchString(since) || !object.MatchString(until) {
		return nil, 0, ErrNoCommit
	}
	chosen, err := newMatcher(patterns)
	if err != nil {
		return nil, 0, reading("select commits", err)
	}
	out, err := s.git.run(ctx, "log", "--no-show-signature", "--no-merges", "--no-renames", "--encoding=UTF-8", "--relative",
		"--name-only", "--format=%x01%H %s", fmt.Sprintf("--max-count=%d", longestLog), since+".."+until, "--", ".")
	if _, none := errors.AsType[*gitError](err); none {
		return nil, 0, ErrNoCommit
	}
	if err != nil {
		return nil, 0, explain(s.Dir, err)
	}
	for record := range strings.SplitSeq(out, "\x01") {
		head, names, _ := strings.Cut(record, "\n")
		sha, subject, ok := strings.Cut(head, " ")
		if !ok || !touches(names, chosen) {
			continue
		}
		if len(changes) == most {
			more++
			continue
		}
		changes = append(changes, Change{SHA: sha, Subject: strings.ToValidUTF8(subject, "\uFFFD")})
	}
	return changes, more, nil
}

// touches reports whether any of git's names, one a line, matches.
func touches(names string, chosen matcher) bool {
	for name := range strings.Lines(names) {
		name = strings.TrimRight(name, "\n")
		if unquoted, err := strconv.Unquote(name); err == nil && strings.HasPrefix(name, `"`) {
			name = unquoted // git quotes what is not ASCII
		}
		if name != "" && chosen.match(name) {
			return true
		}
	}
	return false
}
