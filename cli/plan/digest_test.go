package plan_test

import (
	"testing"

	"readme/cli/plan"
	"readme/cli/release"
)

// Two environments can be alike in everything but their names: what was approved for one is no approval for the other.
func TestDigest_isOfOneEnvironmentOneCommitAndOneWayToFail(t *testing.T) {
	t.Parallel()
	base := build(t, fresh())
	for name, change := range map[string]func(*release.Plan){
		"the project":        func(p *release.Plan) { p.Project += "2" },
		"the environment":    func(p *release.Plan) { p.Env += "2" },
		"the box":            func(p *release.Plan) { p.Box = !p.Box },
		"the purpose":        func(p *release.Plan) { p.Purpose = release.Smoke },
		"what follows":       func(p *release.Plan) { p.OnFailure = "leave" },
		"the commit":         func(p *release.Plan) { p.Commit.SHA = "0" + p.Commit.SHA },
		"the work tree":      func(p *release.Plan) { p.Commit.Dirty += "1" },
		"where it goes":      func(p *release.Plan) { p.Targets = append(p.Targets, release.Target{Name: "railway", Value: "x"}) },
		"a step that is not": func(p *release.Plan) { p.Steps = p.Steps[1:] },
	} {
		p := base
		p.Targets = append([]release.Target(nil), base.Targets...)
		change(&p)
		if plan.Digest(p) == base.Digest {
			t.Errorf("%s is no part of the digest", name)
		}
	}
}
