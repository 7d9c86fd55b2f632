package plan

import (
	"fmt"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Tree is what the work tree alone can tell, next to a base that it is compared with.
type Tree struct {
	Commit     release.Commit
	Base       string      // the base's name; "" where there is none to compare with
	Migrations []Migration // all of them, in order
	Lint       []string    // what the rules warn of in those that are new
	New        []string    // the names of those that the base does not have
	Touched    map[string]bool
}

// Offline is the plan as far as the repository tells: the steps and their order, what is new since the base, the checks. It
// has no digest, no inputs and no preconditions, so that nobody can take it for one that can be approved.
func Offline(rel *spec.Release, env spec.Environment, t Tree) (release.Plan, error) {
	facts := Facts{Commit: t.Commit, Services: map[string]Service{}}
	facts.Migrations.Pending = t.Migrations
	for _, d := range rel.Deploy {
		facts.Services[d.Name] = Service{}
	}
	p, err := Build(rel, env, facts)
	if err != nil {
		return p, fmt.Errorf("plan offline: %w", err)
	}
	p.Purpose, p.Digest, p.Box, p.Targets = release.Offline, "", env.Box, targets(env.Targets)
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Inputs, s.Precondition, s.Outputs, s.Undo, s.From = nil, "", nil, "", ""
		if s.Proves() {
			continue
		}
		s.Change, s.Why, s.To = release.ChangeUpdate, "", ""
		switch s.Kind {
		case release.KindMigrations:
			t.migrations(s)
		case release.KindBucket:
			s.Lines = []string{fmt.Sprintf("%s, at most %s", Privacy(rel.Bucket.Public), Size(rel.Bucket.MaxSize))}
			s.Why = "only if it is not so already"
		case release.KindDeploy:
			t.deploy(s)
		case release.KindPromote:
			if s.Why = "after the smoke checks"; t.Base != "" && !t.Touched[strings.TrimPrefix(s.ID, "promote ")] {
				s.Change, s.Why = release.ChangeNone, "nothing of it has changed since "+t.Base
			}
		case release.KindCheck, release.KindConfirm, release.KindCleanup, release.KindRestore, release.KindVariables:
		}
	}
	return p, nil
}

func (t Tree) migrations(s *release.Step) {
	s.Lines = nil
	for _, m := range t.Migrations {
		if t.Base == "" || slices.Contains(t.New, m.Name) {
			s.Lines = append(s.Lines, "+ "+m.Name)
		}
	}
	s.Lines = append(s.Lines, t.Lint...)
	switch {
	case t.Base == "":
		s.Why = "only those that are not applied yet"
	case len(t.New) == 0:
		s.Change, s.Why = release.ChangeNone, fmt.Sprintf("none of %s is new since %s", plural(len(t.Migrations), "migration"), t.Base)
	default:
		s.Why = "new since " + t.Base
	}
}

func (t Tree) deploy(s *release.Step) {
	touched, known := t.Touched[s.ID]
	switch {
	case !known:
		s.Why = "only if it is not what is live already"
	case touched:
		s.Why = "its files have changed since " + t.Base
	default:
		s.Change, s.Why = release.ChangeNone, "its files are as in "+t.Base
	}
}

// targets are the pinned ones, as release.yaml names them.
func targets(t spec.Targets) []release.Target {
	var out []release.Target
	add := func(name, value string) { out = append(out, release.Target{Name: name, Value: value}) }
	if t.Supabase != "" {
		add("supabase", "project "+t.Supabase)
	}
	if t.Railway.Project != "" {
		add("railway", "project "+t.Railway.Project+", environment "+t.Railway.Environment)
	}
	if t.Pipecat.Agent != "" {
		add("pipecat", "agent "+t.Pipecat.Agent)
	}
	if t.Vercel.Project != "" {
		add("vercel", "project "+t.Vercel.Project)
	}
	return out
}
