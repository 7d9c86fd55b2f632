package source

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// matcher holds patterns as in .gitignore: one with a slash at its begin or in its middle counts from the top, any
// other one matches at every depth; what matches a folder matches all that is in it; a slash at the end asks for a
// folder. There is no negation.
type matcher []string

func newMatcher(patterns []string) (matcher, error) {
	var m matcher
	for _, p := range patterns {
		if !doublestar.ValidatePattern(p) || strings.Trim(p, "/") == "" || strings.HasPrefix(p, "!") {
			return nil, fmt.Errorf("match files: %q is not a pattern", p)
		}
		glob := strings.TrimSuffix(p, "/")
		folder := glob != p
		if anchored := strings.Contains(glob, "/"); !anchored {
			glob = "**/" + glob
		}
		glob = path.Clean(strings.TrimPrefix(glob, "/"))
		if !folder {
			m = append(m, glob)
		}
		m = append(m, glob+"/**/*")
	}
	return m, nil
}

// match reports whether any of the patterns matches a path.
func (m matcher) match(file string) bool {
	for _, glob := range m {
		if doublestar.MatchUnvalidated(glob, file) {
			return true
		}
	}
	return false
}

// private reports whether a file never leaves this machine: values, keys, our own records, and what hosts install
// themselves.
func private(file string) bool {
	for part := range strings.SplitSeq(file, "/") {
		lower := strings.ToLower(part)
		switch {
		case lower == ".git", lower == ".readme-ops", lower == "node_modules":
			return true
		case strings.HasPrefix(lower, ".env") && lower != ".env.example":
			return true
		}
	}
	base := strings.ToLower(path.Base(file))
	switch path.Ext(base) {
	case ".pem", ".key", ".p12", ".pfx":
		return true
	}
	return base == "id_rsa" || base == "id_ed25519" || base == "id_ecdsa"
}
