package view_test

import (
	"strings"
	"testing"
	"time"

	"readme/cli/release"
	"readme/cli/view"
)

func TestDrift_looksLikeThis(t *testing.T) {
	first := time.Date(2026, 11, 20, 14, 2, 0, 0, time.UTC)
	rows := []view.DriftRow{
		{Where: "api", What: "variable DEBUG", Expected: "envmatrix.yaml does not give it to api", Found: "it is set at railway"},
		{Where: "bucket books", What: "privacy", Expected: "private", Found: "public", Try: "readme-ops plan --env prod", First: &first, AgeMS: (49 * time.Hour).Milliseconds(), Overdue: true},
		{Where: "worker", What: "setting start", Expected: "./bin/worker", Found: "./bin/worker --slow", Try: "readme-ops plan --env prod", First: &first, AgeMS: (5 * time.Minute).Milliseconds()},
	}
	eachStyle(t, "drift", func(s view.Style) string { return view.Drift(rows, false, s) })
	if got := view.Drift(nil, false, view.Style{}); got != "Nothing has drifted.\n" {
		t.Errorf("got %q", got)
	}
	if got := view.Drift(nil, true, view.Style{}); got != "Nothing is known to have drifted.\n" {
		t.Errorf("looked at in part: got %q", got)
	}
}

func TestReport_namesTheDeploymentsOfBeforeAndNow(t *testing.T) {
	p := release.Plan{Steps: []release.Step{
		{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate, Precondition: "live=a1"},
		{ID: "bot", Kind: release.KindDeploy, Change: release.ChangeNone, Precondition: "live=b1"},
		{ID: "client", Kind: release.KindDeploy, Change: release.ChangeCreate, Precondition: "live="},
		{ID: "promote client", Kind: release.KindPromote, Change: release.ChangeUpdate, Precondition: "live="},
	}}
	done := func(id, deployment string) release.Event {
		return release.Event{Step: id, Body: release.StepDone{Outputs: map[string]string{"deployment": deployment}}}
	}
	for want, events := range map[string][]release.Event{
		"api a1 a2|client nothing v1":                           {done("api", "a2"), done("client", "v1"), done("promote client", "v1")},
		"api a1 a2|client nothing still nothing (v1 is staged)": {done("api", "a2"), done("client", "v1")},
		"api a1 not known":                                      {{Step: "api", Body: release.StepIntent{}}, {Step: "api", Body: release.StepFailed{}}},
		"api a1 back to a1":                                     {done("api", "a2"), {Step: "api", Body: release.StepDone{Undo: true, Text: "back to a1"}}},
	} {
		text := view.Report(release.Fold(append([]release.Event{{Body: release.RunStarted{Plan: p}}}, events...)), view.Style{})
		_, table, found := strings.Cut(text, "live now\n")
		var rows []string
		for line := range strings.Lines(table) {
			if strings.TrimSpace(line) == "" {
				break
			}
			rows = append(rows, strings.Join(strings.Fields(line), " "))
		}
		if got := strings.Join(rows, "|"); !found || got != want {
			t.Errorf("got %q, want %q in:\n%s", got, want, text)
		}
	}
	if text := view.Report(release.Fold([]release.Event{{Body: release.RunStarted{Plan: p}}}), view.Style{}); strings.Contains(text, "live before") {
		t.Errorf("nothing was touched:\n%s", text)
	}
}
