package plan

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// deploy adds the step that brings one service, with a promote later on if it is staged first.
func (b *builder) deploy(d spec.Deploy) error {
	f, ok := b.facts.Services[d.Name]
	if !ok {
		return fmt.Errorf("no facts about service %s", d.Name)
	}
	in := DeployInputs{
		To: d.To, Name: d.Name, Service: d.Service, Build: d.Build, Start: d.Start, Health: d.Health, HealthTimeout: d.HealthTimeout,
		Image: f.Image, Config: f.Config, Tree: f.Tree, Archive: f.Archive,
		Staged: staged(d), Commit: b.facts.Commit.String(),
		Source: f.Source, Repo: f.Repo, Branch: f.Branch, Make: f.Missing, Variables: f.Sets, Fingerprints: f.SetsTo,
	}
	needs := b.present(d.After)
	if b.variables(d, f, needs); b.has(VariablesStep(d.Name)) {
		needs = append(needs, VariablesStep(d.Name))
	}
	in.Anew = outdated(f) != ""
	s := release.Step{
		ID: d.Name, Kind: release.KindDeploy, Title: fmt.Sprintf("deploy %s to %s", d.Name, d.To),
		Needs:        needs,
		Precondition: "live=" + f.Live.ID,
		Deadline:     deployDeadline,
		Outputs:      maps.Clone(f.Outputs),
	}
	if s.Outputs == nil {
		s.Outputs = map[string]string{}
	}
	b.describe(&s, d, f)
	for _, m := range f.Missing {
		s.Lines = append(s.Lines, "+ "+m)
	}
	for _, v := range f.Sets {
		s.Lines = append(s.Lines, "+ variable "+v)
	}
	b.warn(f)
	switch {
	case f.Without != "":
		s.Change, s.Why = release.ChangeSkip, f.Without
	case b.unchanged(d, f, &s):
		s.Change = release.ChangeNone
		in = DeployInputs{To: d.To, Name: d.Name, Service: d.Service, Commit: f.Live.Commit}
		s.Outputs["url"], s.Outputs["commit"], s.Outputs["deployment"] = f.Live.URL, f.Live.Commit, f.Live.ID
	default:
		s.Outputs["commit"] = in.Commit
	}
	s.Inputs = encode(in)
	b.add(s)
	return nil
}

// warn takes over what gets in the way of a service. What is true of a vendor's project is said by each of its services.
func (b *builder) warn(f Service) {
	for _, w := range f.Warn {
		if !slices.Contains(b.notes, w) {
			b.notes = append(b.notes, w)
		}
	}
}

func staged(d spec.Deploy) bool { return d.Promote == "after-smoke" }

// present keeps the needs that are steps of this plan: a product without a bucket has no step for it.
func (b *builder) present(ids []string) []string {
	var out []string
	for _, id := range ids {
		if b.has(id) {
			out = append(out, id)
		}
	}
	return out
}

// unchanged decides by what was stored with the live deployment, and says why it decided so.
func (b *builder) unchanged(d spec.Deploy, f Service, s *release.Step) bool {
	live := f.Live
	switch {
	case live.ID == "":
		s.Change, s.Why = release.ChangeCreate, "nothing is live yet"
		return false
	case len(f.Missing) > 0:
		s.Change, s.Why = release.ChangeUpdate, "it lacks something at "+d.To
		return false
	case live.Ill != "":
		s.Change, s.Why = release.ChangeUpdate, "what was brought last is not well: "+live.Ill
		return false
	case outdated(f) != "":
		s.Change, s.Why = release.ChangeUpdate, outdated(f)
		return false
	case f.Config != nil && !bytes.Equal(f.Config, live.Config):
		s.Change, s.Why = release.ChangeUpdate, "its settings differ from "+d.Config
		return false
	case f.Unsure != "":
		s.Change, s.Why = release.ChangeUpdate, f.Unsure
		return false
	case (f.Image != "" || f.Build != "") && f.Archive == "":
		if f.Image == live.Image && (f.Build == "" || f.Build == live.Build) {
			s.Why = "runs " + named(live.Image, live.Build)
			return true
		}
		s.Change, s.Why = release.ChangeUpdate, "another image"
		return false
	case live.Tree == "" && f.Source == "build":
		s.Change, s.Why = release.ChangeUpdate, "nobody can say which files made what is live, so it counts as changed"
		return false
	case live.Tree == "":
		s.Change, s.Why = release.ChangeUpdate, "what is live was not brought by readme-ops, so it counts as changed"
		return false
	case live.Tree == f.Tree && f.Source == "build":
		s.Why = named("", live.Build) + " is of the very same files"
		return true
	case live.Tree == f.Tree:
		s.Why = "its files are as in " + shortCommit(live.Commit)
		return true
	case files(live.Tree) == files(f.Tree):
		s.Change, s.Why = release.ChangeUpdate, "its build, start or health check in release.yaml has changed"
		return false
	}
	s.Change, s.Why = release.ChangeUpdate, "its files have changed"
	return false
}

// files is the part of a tree's hash that stands for the files, without that of the settings.
func files(tree string) string {
	hash, _, _ := strings.Cut(tree, TreeSettings)
	return hash
}

// describe fills what the plan shows of a deploy: from, to, and what putting it back would mean.
func (b *builder) describe(s *release.Step, d spec.Deploy, f Service) {
	live := f.Live
	s.From, s.To = "nothing", b.facts.Commit.Short()
	if f.Image != "" || f.Build != "" {
		s.To = named(f.Image, f.Build)
	}
	if live.ID == "" {
		s.Undo = "nothing was live before: a failed release removes it again"
		if d.To == "pipecat" { // an agent cannot be without a deployment, and to delete it cannot be undone
			s.Undo = "nothing was live before: the first one stays"
		}
		return
	}
	s.From = shortCommit(live.Commit)
	if live.Image != "" || live.Build != "" {
		s.From = named(live.Image, live.Build)
	}
	s.Undo = "back to " + s.From
}

// named is what a person calls an image, or a build that the vendor has made, of which the id's begin is enough.
func named(image, build string) string {
	if image != "" {
		return image
	}
	id, _, _ := strings.Cut(build, "-")
	return "build " + id
}

// shortCommit cuts the sha of a Commit.String().
func shortCommit(commit string) string {
	if commit == "" {
		return "an unknown commit"
	}
	sha, dirty, found := bytes.Cut([]byte(commit), []byte("+dirty."))
	c := release.Commit{SHA: string(sha)}
	if found {
		c.Dirty = string(dirty)
	}
	return c.Short()
}
