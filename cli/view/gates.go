package view

import (
	"cmp"

	"readme/cli/release"
)

// gates shows what the environment requires, and how to get what is missing. What was waived is said aloud.
func (g *page) gates(p release.Plan) {
	if len(p.Gates) == 0 {
		return
	}
	g.gap()
	g.line("Gates of " + release.Printable(p.Env) + ":")
	for _, gate := range p.Gates {
		sign, m := g.gate(gate.Status)
		g.para(m, "  "+g.sign(m, sign), gate.Name+": "+gate.Text)
		if gate.Status == release.GateOpen || gate.Status == release.GateWaived {
			continue
		}
		for _, line := range gate.Seen {
			g.para(Dim, "      ", line)
		}
		label := "try: "
		for _, way := range gate.Ways {
			g.line("      " + g.paint(Strong, label) + release.Printable(way)) // never broken, so that it can be copied
			label = "or:  "
		}
	}
}

func (g *page) gate(s release.GateStatus) (string, Mood) {
	y := g.symbols()
	switch s {
	case release.GateOpen:
		return y.done, Good
	case release.GateWaiting, release.GateAsks:
		return y.pending, Warn
	case release.GateMissing:
		return y.failed, Bad
	case release.GateWaived:
	}
	return y.warning, Bad
}

// waived reminds at the end of a run of the gates that it went past.
func (g *page) waived(st *release.State) {
	if st.BreakGlass == "" {
		return
	}
	g.gap()
	for _, name := range st.Waived {
		g.para(Bad, "  "+g.sign(Bad, g.symbols().warning), "BREAK GLASS: it went past the gate "+cmp.Or(name, "?"))
	}
	g.para(Bad, "    ", "because: "+st.BreakGlass)
}
