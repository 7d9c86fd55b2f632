package app

import (
	"fmt"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
	"readme/cli/view"
)

// doctorCI prints what CI needs for one environment. It asks nobody, and reads no value.
func (a *app) doctorCI() error {
	p, err := a.project()
	if err != nil {
		return err
	}
	e, err := a.environment(p)
	if err != nil {
		return err
	}
	if e.Box {
		return usage(e.Name+" is a box: CI needs nothing for it", a.again("--env", firstPinned(p)))
	}
	_, err = fmt.Fprint(a.sys.Out, view.CI(p.needs(e), a.outStyle()))
	return err
}

func firstPinned(p *project) string {
	for _, e := range p.rel.Environments {
		if !e.Box {
			return e.Name
		}
	}
	return "ENV"
}

// needs lists what CI needs for an environment: what the matrix says that readme-ops reads, and the record of the
// environment that must have passed. A variable of the services alone is the vendor's to keep.
func (p *project) needs(e spec.Environment) view.Needs {
	n := view.Needs{Project: p.rel.Project, Env: e.Name, Advice: p.advice(e)}
	pages := keyPages(e)
	for _, v := range p.withOwn().Variables {
		need := view.Need{Name: v.Name, Secret: v.Secret, About: v.About, From: pages[v.Name]}
		switch own := slices.Contains(v.Services, "ops"); {
		case v.Value != "" || len(smoke.References(v.Default)) > 0 || isAddress(v.Name):
		case own && v.RequiredIn(e.Name) && v.Default == "":
			n.Required = append(n.Required, need)
		case own:
			n.Optional = append(n.Optional, need)
		default:
			n.First = append(n.First, need)
		}
	}
	if passed := e.Requires.Passed; passed != "" {
		n.Required = append(n.Required, view.Need{
			Name: recordVariable(passed), Secret: true,
			About: "the record of " + passed + ", which has to be green: its DATABASE_URL, or a role that may only read schema readme_ops",
		})
	}
	return n
}

// isAddress reports whether a variable is the address of a vendor's API, which CI has no reason to change.
func isAddress(name string) bool {
	for _, vendor := range []string{"railway", "vercel", "pipecat"} {
		if variable, _ := addressOf(vendor); variable == name {
			return true
		}
	}
	return false
}

// recordVariable is the variable that gives the address of the record of another environment than the one that is acted
// on: in CI, where no values file is, DATABASE_URL is the address of the latter.
func recordVariable(env string) string {
	return strings.ToUpper(strings.ReplaceAll(env, "-", "_")) + "_DATABASE_URL"
}

// recordElsewhere is the address that recordVariable gives; empty where nobody has set it.
func (s System) recordElsewhere(env string) release.Secret {
	return release.NewSecret(s.Get(recordVariable(env)))
}

// advice is how the environment and the repository are to be protected.
func (p *project) advice(e spec.Environment) []string {
	where := "Environments, " + e.Name + ", deployment branches and tags: "
	var out []string
	var tags []string
	for _, g := range e.Requires.Any {
		if g.Tag != "" {
			tags = append(tags, g.Tag)
		}
	}
	switch {
	case len(tags) > 0:
		out = append(out, where+"the branch main and tags like "+strings.Join(tags, ", ")+", so that no pull request gets to see its secrets",
			"Rules, tags: only you may make tags like "+strings.Join(tags, ", "))
	case e.Auto:
		out = append(out, where+"no restriction, because pull requests of branches are planned for "+e.Name+": whoever may push a branch can read its secrets, and forks cannot")
	default:
		out = append(out, where+"the branch main")
	}
	return append(out,
		"Environments, "+e.Name+": no required reviewers and no wait timer, for which the look for drift every night would wait; what stands in front of a release is `requires` in release.yaml",
		"Rules, branches: main takes pull requests whose check \"lint, build, test\" is green",
		"Actions, General, workflow permissions: read. The workflows ask for what they need beyond it: pull-requests: write for the comment with the plan, issues: write for drift",
	)
}
