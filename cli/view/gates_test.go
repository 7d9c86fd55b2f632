package view_test

import (
	"strings"
	"testing"

	"readme/cli/release"
	"readme/cli/view"
)

// gated is a plan with a gate of each kind.
func gated() release.Plan {
	return release.Plan{
		Project: "readme", Env: "prod", Commit: release.Commit{SHA: strings.Repeat("ab", 20)},
		Targets: []release.Target{{Name: "railway", Value: "project readme, environment production"}},
		Gates: []release.Gate{
			{Name: "clean", Status: release.GateOpen, Text: "the work tree is what the commit says", Ways: []string{"not shown"}},
			{Name: "passed dev", Status: release.GateMissing, Text: "abababa was not released there", Seen: []string{"run 20261122-153000-1a2b3c: cdcdcdc, released", evil}, Ways: []string{"readme-ops release --env dev"}},
			{Name: "passed staging", Status: release.GateWaiting, Text: "abababa is being released there: run 20261122-153000-1a2b3c", Ways: []string{"readme-ops show 20261122-153000-1a2b3c"}},
			{
				Name: "tag v* or approval", Status: release.GateAsks, Text: "no tag v* points at abababa, so it needs an approval: the plan's digest, or a person in a terminal who types prod",
				Ways: []string{"readme-ops release --env prod --approve sha256:" + strings.Repeat("1a2b3c4d", 8), "git tag v0.1.0 " + strings.Repeat("ab", 20)},
			},
			{Name: evil, Status: release.GateWaived, Text: "missing; waived, because: " + evil, Ways: []string{"not shown"}},
		},
	}
}

func TestPlan_showsTheGatesAndHowToOpenThem(t *testing.T) {
	eachStyle(t, "gates", func(s view.Style) string { return view.Plan(gated(), s) })
	if got := view.Plan(gated(), view.Style{}); strings.Contains(got, "not shown") {
		t.Errorf("what is open, or was waived, needs no way:\n%s", got)
	}
}

func TestReport_saysAloudWhichGatesWereWaived(t *testing.T) {
	state := release.Fold([]release.Event{
		{Seq: 1, Run: "r", Body: release.RunStarted{Plan: gated()}},
		{Seq: 2, Run: "r", Body: release.Approved{By: "ada@home", How: "terminal", BreakGlass: "the shop is down, " + evil, Waived: []string{"clean", "passed dev"}}},
		{Seq: 3, Run: "r", Body: release.RunDone{}},
	})
	eachStyle(t, "waived", func(s view.Style) string { return view.Report(state, s) })
}
