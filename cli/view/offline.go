package view

import (
	"cmp"

	"readme/cli/release"
)

// Offline shows a plan for which nothing live was read. Its notes tell what was looked at instead, and its gates what stands
// in front of the environment.
func Offline(p release.Plan, s Style) string {
	g := &page{Style: s}
	g.para(Strong, "", title(p)+", offline")
	if p.Commit.Subject != "" {
		g.para(Dim, "  ", p.Commit.Subject)
	}
	g.gap()
	g.para(Warn, g.sign(Warn, g.symbols().warning), "Nothing live was read: this is what the repository says, and not what would change.")
	g.gap()
	wide := 0
	for _, t := range p.Targets {
		wide = max(wide, cells(release.Printable(t.Name)))
	}
	for _, t := range p.Targets {
		g.para(Normal, "  "+pad(release.Printable(t.Name), wide)+"  ", t.Value)
	}
	g.changes(p)
	g.checks(p)
	var gates []string
	for _, one := range p.Gates {
		gates = append(gates, one.Name)
	}
	g.section("Gates, which the release itself looks at:", gates)
	g.section("Read and found in order:", p.Notes)
	g.gap()
	g.line("This plan has no digest, and nobody can approve it.")
	g.line("Next:   readme-ops plan --env " + release.ShellWord(cmp.Or(release.Printable(p.Env), "ENV")))
	return g.String()
}

func (g *page) section(head string, lines []string) {
	if len(lines) == 0 {
		return
	}
	g.gap()
	g.line(head)
	for _, l := range lines {
		g.para(Normal, "  ", l)
	}
}
