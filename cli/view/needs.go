package view

import (
	"cmp"
	"fmt"

	"readme/cli/release"
)

// Need is one value that CI has to be given.
type Need struct {
	Name   string
	Secret bool   // else a plain variable
	About  string // what it is
	From   string // where a person gets it, or ""
}

// Needs are what CI has to be given for one environment.
type Needs struct {
	Project, Env string
	Required     []Need
	Optional     []Need
	First        []Need   // only where a release from CI has to make a service that does not exist yet
	Advice       []string // how the environment is to be protected
}

// CI lists what CI needs, and the commands that set it. No value is in it, nor in the commands: they ask for it.
func CI(n Needs, s Style) string {
	g := &page{Style: s}
	g.para(Strong, "", fmt.Sprintf("What CI needs to release %s to %s, in a GitHub environment that is called %s:", n.Project, n.Env, n.Env))
	g.gap()
	g.needs(n.Required)
	if len(n.Optional) > 0 {
		g.gap()
		g.line("If you have them:")
		g.gap()
		g.needs(n.Optional)
	}
	if len(n.First) > 0 {
		g.gap()
		g.para(Normal, "", "Only where a release from CI is to make a service that does not exist yet (otherwise the vendor has them, and keeps them):")
		g.gap()
		g.needs(n.First)
	}
	g.gap()
	g.line("Once, with the GitHub CLI in this repository; each asks for its value:")
	g.gap()
	env := release.ShellWord(release.Printable(n.Env))
	g.line("gh api --silent --method PUT repos/{owner}/{repo}/environments/" + env)
	for _, list := range [][]Need{n.Required, n.Optional, n.First} {
		for _, need := range list {
			g.line(fmt.Sprintf("gh %s set %s --env %s", kindOf(need), release.ShellWord(release.Printable(need.Name)), env))
		}
	}
	g.gap()
	g.line("In the repository's settings:")
	g.gap()
	for _, a := range n.Advice {
		g.para(Normal, "  - ", a)
	}
	return g.String()
}

func (g *page) needs(list []Need) {
	rows := make([][]cell, len(list))
	for i, n := range list {
		about := n.About
		if n.From != "" {
			about += ": " + n.From
		}
		rows[i] = []cell{{n.Name, Normal}, {kindOf(n), Dim}, {cmp.Or(about, "-"), Normal}}
	}
	g.table("  ", rows)
}

func kindOf(n Need) string {
	if n.Secret {
		return "secret"
	}
	return "variable"
}
