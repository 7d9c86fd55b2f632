package plan

import (
	"bytes"
	"fmt"
	"slices"

	"readme/cli/release"
)

// Difference says in words what differs between an approved plan and the one that the world asks for now. It is never
// empty: it is asked where the digests differ.
func Difference(approved, now release.Plan) []string {
	var out []string
	if a, b := approved.Commit.String(), now.Commit.String(); a != b {
		out = append(out, "commit: "+a+" -> "+b)
	}
	was := map[string]release.Step{}
	for _, s := range approved.Steps {
		was[s.ID] = s
	}
	for _, s := range now.Steps {
		old, found := was[s.ID]
		delete(was, s.ID)
		switch {
		case !found:
			out = append(out, s.ID+": was not in the plan")
		case old.Change != s.Change:
			out = append(out, fmt.Sprintf("%s: %s -> %s", s.ID, old.Change, s.Change))
		case old.Precondition != s.Precondition:
			out = append(out, fmt.Sprintf("%s: %s -> %s", s.ID, old.Precondition, s.Precondition))
		case !bytes.Equal(digested(old), digested(s)):
			out = append(out, s.ID+": what would be sent has changed")
		}
	}
	for _, s := range approved.Steps {
		if _, gone := was[s.ID]; gone {
			out = append(out, s.ID+": is no longer in the plan")
		}
	}
	if !slices.EqualFunc(approved.Targets, now.Targets, func(a, b release.Target) bool { return a.Name == b.Name && a.Value == b.Value }) {
		out = append(out, "the targets")
	}
	if approved.OnFailure != now.OnFailure {
		out = append(out, "on_failure: "+approved.OnFailure+" -> "+now.OnFailure)
	}
	if len(out) == 0 {
		out = append(out, "the order of the steps")
	}
	return out
}
