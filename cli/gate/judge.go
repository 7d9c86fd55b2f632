package gate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Judge says of each gate how it stands, before anybody has approved anything: clean, passed, then any.
func Judge(r spec.Requires, f Facts) []release.Gate {
	var gates []release.Gate
	if r.Clean {
		gates = append(gates, clean(f))
	}
	if r.Passed != "" {
		gates = append(gates, passed(r.Passed, f))
	}
	if len(r.Any) > 0 {
		gates = append(gates, either(r.Any, f))
	}
	return gates
}

const most = 8 // lines of evidence

func clean(f Facts) release.Gate {
	g := release.Gate{Name: "clean", Status: release.GateOpen, Text: "the work tree is what the commit says"}
	if f.Commit.Dirty == "" {
		return g
	}
	g.Status, g.Text = release.GateMissing, "the work tree has changes that are in no commit"
	g.Seen = f.Changed[:min(most, len(f.Changed))]
	if more := len(f.Changed) - len(g.Seen); more > 0 {
		g.Seen = append(slices.Clip(g.Seen), fmt.Sprintf("and %d more", more))
	}
	g.Ways = []string{"git stash --include-untracked"}
	return g
}

// passed asks for a release of the very commit to another environment. Nothing else proves it: not one of its parent,
// not one that failed afterwards, and for a real environment not one to the box.
func passed(env string, f Facts) release.Gate {
	commit := f.Commit.Short()
	g := release.Gate{Name: "passed " + env, Status: release.GateMissing, Seen: f.Record.Looked, Ways: []string{"readme-ops release --env " + env}}
	green, back := f.Record.released(f.Commit, f.Box)
	under := f.Record.under(f.Commit, f.Box)
	switch {
	case green != nil:
		g.Status, g.Seen, g.Ways = release.GateOpen, nil, nil
		g.Text = fmt.Sprintf("%s was released there: run %s", commit, green.Name)
		if len(green.Without) > 0 {
			g.Text += ", without the " + strings.Join(green.Without, " and the ")
		}
	case under != nil && under.Verdict == release.Going && !under.Gone:
		g.Status, g.Text = release.GateWaiting, fmt.Sprintf("%s is being released there: run %s", commit, under.Name)
		g.Ways = []string{"readme-ops show " + under.Name}
	case under != nil:
		g.Text = fmt.Sprintf("the release of %s there is not finished: run %s", commit, under.Name)
		g.Ways = []string{"readme-ops resume --env " + env}
	case back != nil:
		g.Text = fmt.Sprintf("%s was released there, and taken back by hand: run %s", commit, back.Name)
	default:
		g.Text = fmt.Sprintf("%s was not released there", commit)
		g.Seen = f.Record.Tells(f.Box)
	}
	return g
}

// either is satisfied by one of its entries. Where an approval is one of them, approving the plan is the way.
func either(ways []spec.Gate, f Facts) release.Gate {
	g := release.Gate{Name: label(ways), Status: release.GateMissing}
	if tag := tagged(ways, f); tag != "" {
		g.Status, g.Text = release.GateOpen, fmt.Sprintf("tag %s points at %s", tag, f.Commit.Short())
		return g
	}
	if slices.ContainsFunc(ways, func(e spec.Gate) bool { return e.Tag != "" }) {
		untagged(&g, ways, f)
	}
	if slices.ContainsFunc(ways, func(e spec.Gate) bool { return e.Approval }) {
		if g.Text != "" {
			g.Text += ", so "
		}
		g.Status = release.GateAsks
		g.Text += "it needs an approval: the plan's digest, or a person in a terminal who types " + f.Env
		g.Ways = append([]string{f.Approve}, g.Ways...)
	}
	return g
}

// tagged is the tag of the commit that fits, "" if none does. What was tagged is not what lies in a work tree with changes.
func tagged(ways []spec.Gate, f Facts) string {
	if f.Commit.Dirty != "" {
		return ""
	}
	i := slices.IndexFunc(f.Tags, func(tag string) bool {
		return slices.ContainsFunc(ways, func(e spec.Gate) bool { return e.Tag != "" && Matches(e.Tag, tag) })
	})
	if i < 0 {
		return ""
	}
	return f.Tags[i]
}

// untagged says that there is no tag, and how to make one.
func untagged(g *release.Gate, ways []spec.Gate, f Facts) {
	var patterns []string
	for _, e := range ways {
		if e.Tag == "" {
			continue
		}
		patterns = append(patterns, e.Tag)
		if name := next(e.Tag, f); name != "" && f.Commit.Dirty == "" {
			g.Ways = append(g.Ways, fmt.Sprintf("git tag %s %s", release.ShellWord(name), f.Commit.SHA))
		}
	}
	g.Text = fmt.Sprintf("no tag %s points at %s", strings.Join(patterns, " or "), f.Commit.Short())
	if f.Commit.Dirty != "" {
		g.Text += ", which is in no commit"
	}
	if f.Shallow {
		g.Seen = []string{"this clone is cut off, and may not know all tags: git fetch --tags"}
	}
}

func label(ways []spec.Gate) string {
	names := make([]string, len(ways))
	for i, e := range ways {
		names[i] = "approval"
		if e.Tag != "" {
			names[i] = "tag " + e.Tag
		}
	}
	return strings.Join(names, " or ")
}

// Matches reports whether a tag fits a pattern of release.yaml: * stands for anything but a slash, as in CI's own filters.
func Matches(pattern, tag string) bool {
	ok, err := path.Match(pattern, tag)
	return ok && err == nil
}
