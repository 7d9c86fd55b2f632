package lint

import (
	"strings"

	"github.com/agnivade/levenshtein"

	"readme/cli/migrate"
)

// misspelt warns of names in a comment that are nearly those of a rule. squawk has rules that we do not have: a name that
// is like none of ours is one of those.
func (f *file) misspelt(names []string, comment migrate.Token) {
	for _, name := range names {
		near := ""
		for _, r := range Rules() {
			if r.ID == name || spelling[r.ID] == name {
				near = ""
				break
			}
			if levenshtein.ComputeDistance(name, r.ID) <= 2 {
				near = r.ID
			}
		}
		if near == "" {
			continue
		}
		text := string(f.m.Source()[comment.Start:comment.End])
		at := comment.Start + max(0, strings.Index(text, name))
		f.say(Diagnostic{
			Rule: "unused-ignore", Level: Warning, Later: true,
			Title: "no rule is called " + name + ", so this silences nothing",
			Help:  "did you mean " + near,
		}, Span{at, min(at+len(name), comment.End)})
	}
}
