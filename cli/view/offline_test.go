package view_test

import (
	"testing"

	"readme/cli/release"
	"readme/cli/view"
)

func TestOffline_looksLikeThis(t *testing.T) {
	p := full()
	p.Purpose, p.Digest, p.Box, p.Env = release.Offline, "", false, "dev"
	for i := range p.Targets {
		p.Targets[i].URL = ""
	}
	for i := range p.Steps {
		p.Steps[i].From, p.Steps[i].To, p.Steps[i].Undo = "", "", ""
	}
	p.Notes = []string{"release.yaml and envmatrix.yaml: 13 variables", "migrations: 2 in order"}
	p.Gates = []release.Gate{{Name: "a clean work tree"}, {Name: "a tag like v*, or an approval of the plan " + evil}}
	eachStyle(t, "offline", func(s view.Style) string {
		return view.Offline(p, s)
	})
}
