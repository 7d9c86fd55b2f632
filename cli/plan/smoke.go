package plan

import (
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Smoke is the plan's checks alone, against what is live: it changes nothing, and what is not live is skipped.
func Smoke(rel *spec.Release, env spec.Environment, facts Facts) (release.Plan, error) {
	p, err := Build(rel, env, facts)
	if err != nil {
		return p, err
	}
	idle := map[string]bool{} // services of which nothing is live
	var kept []release.Step
	for _, s := range p.Steps {
		switch s.Kind {
		case release.KindMigrations, release.KindBucket, release.KindVariables, release.KindPromote, release.KindConfirm, release.KindRestore:
			continue
		case release.KindDeploy:
			s = asLive(s, facts.Services[s.ID])
			idle[s.ID] = s.Change == release.ChangeSkip
		case release.KindCheck, release.KindCleanup:
			in, _ := checkInputs(s)
			if in.Promoted != "" {
				continue
			}
			for _, name := range ServicesOf(in.Check) {
				if idle[name] {
					s.Change, s.Why = release.ChangeSkip, "nothing of "+name+" is live"
				}
			}
		}
		s.Needs = slices.DeleteFunc(s.Needs, func(id string) bool {
			return id == "migrations" || id == "bucket" || strings.HasPrefix(id, VariablesStep(""))
		})
		kept = append(kept, s)
	}
	p.Purpose, p.Steps, p.Notes = release.Smoke, kept, facts.Notes
	p.Digest = Digest(p)
	return p, nil
}

// asLive turns a deploy step into what is known of the live one.
func asLive(s release.Step, f Service) release.Step {
	if f.Live.ID == "" {
		s.Change, s.Why = release.ChangeSkip, "nothing is live"
		return s
	}
	s.Change, s.Why = release.ChangeNone, "live"
	s.Outputs["url"], s.Outputs["commit"], s.Outputs["deployment"] = f.Live.URL, f.Live.Commit, f.Live.ID
	return s
}
