package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"readme/cli/release"
)

// The ways in which a plan is approved, as release.Approved has them.
const (
	ByFlag     = "--yes"
	ByDigest   = "--approve"
	ByPlan     = "--plan"
	ByTerminal = "terminal"
	ByBox      = "box"
)

// Approve opens the gate that asks for an approval, if the plan was approved in a way that counts for one: --yes agrees
// to whatever the plan says, so nobody has read it.
func Approve(gates []release.Gate, how string) []release.Gate {
	out := slices.Clone(gates)
	for i, g := range out {
		if g.Status != release.GateAsks {
			continue
		}
		switch how {
		case ByDigest, ByPlan, ByTerminal:
			out[i].Status, out[i].Text, out[i].Ways = release.GateOpen, "approved ("+how+")", nil
		default:
			out[i].Status, out[i].Text = release.GateMissing, how+" is no approval; "+g.Text
		}
	}
	return out
}

// Agrees reports whether --yes, or a box by itself, may approve a plan with these gates: not where an approval is asked
// for, and not where gates were waived.
func Agrees(gates []release.Gate) bool {
	return !slices.ContainsFunc(gates, func(g release.Gate) bool {
		return g.Status == release.GateAsks || g.Status == release.GateWaived
	})
}

// The length of a reason for going past gates, in characters.
const (
	leastReason = 10
	mostReason  = 500
)

// Reason is the reason for breaking the glass as it is recorded, on one line. An error says what is wrong with it.
func Reason(text string) (string, error) {
	text = strings.TrimSpace(release.Printable(strings.Join(strings.Fields(text), " ")))
	switch n := utf8.RuneCountInString(text); {
	case n < leastReason || !strings.Contains(text, " "):
		return "", fmt.Errorf("%q tells nobody why: write a reason that somebody else understands next week", text)
	case n > mostReason:
		return "", fmt.Errorf("the reason has %d characters, and %d are kept", n, mostReason)
	}
	return text, nil
}

// Waive goes past what is missing of clean, passed and tags, and names the gates that it went past. An approval is never
// waived: whoever breaks the glass can give it.
func Waive(gates []release.Gate, reason string) (left []release.Gate, waived []string) {
	left = slices.Clone(gates)
	for i, g := range left {
		if g.Status == release.GateMissing || g.Status == release.GateWaiting {
			left[i].Status, left[i].Text = release.GateWaived, g.Text+"; waived, because: "+reason
			waived = append(waived, g.Name)
		}
	}
	return left, waived
}

// Waits gives the gate that something under way may open, nil if there is none.
func Waits(gates []release.Gate) *release.Gate {
	i := slices.IndexFunc(gates, func(g release.Gate) bool { return g.Status == release.GateWaiting })
	if i < 0 {
		return nil
	}
	return &gates[i]
}

// Await looks again, every so often, while something is waited for. late says that the time was over first.
func Await(ctx context.Context, every, patience time.Duration, look func(context.Context) (waits bool, err error)) (late bool, err error) {
	over := time.After(patience)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if waits, err := look(ctx); err != nil || !waits {
			return false, err
		}
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-over:
			return true, nil
		case <-tick.C:
		}
	}
}

// Refusals are the gates that keep a release from beginning, a Fault each, in the order in which a person would open
// them; nil if there is none. One that asks for an approval is none yet.
func Refusals(env string, gates []release.Gate) error {
	var faults release.Faults
	for _, g := range gates {
		if g.Status != release.GateMissing && g.Status != release.GateWaiting {
			continue
		}
		f := &release.Fault{Title: env + " requires " + g.Name + ": " + g.Text, Exit: release.ExitApproval}
		if len(g.Seen) > 0 {
			f.Evidence = append(f.Evidence, release.Evidence{Label: "seen", Lines: g.Seen})
		}
		if len(g.Ways) > 0 {
			f.Try = g.Ways[0]
		}
		if len(g.Ways) > 1 {
			f.Evidence = append(f.Evidence, release.Evidence{Label: "or", Lines: g.Ways[1:]})
		}
		faults = append(faults, f)
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}
