package view_test

import (
	"testing"

	"readme/cli/view"
)

func TestPull_looksLikeThis(t *testing.T) {
	p := view.Pulled{Env: "dev", File: ".env.dev", Rows: []view.PullRow{
		{Variable: "DATABASE_URL", Deed: "added", From: []string{"api (railway)", "worker (railway)"}, Here: "nothing", There: "9f86d081"},
		{Variable: "SUPABASE_URL", Deed: "unchanged", From: []string{"api (railway)"}, Here: "1b4f0e98", There: "1b4f0e98"},
		{Variable: "REDIS_URL", Deed: "changed", From: []string{"api (railway)"}, Here: "60303ae2", There: "fd61a03a"},
		{Variable: "BOT_START_PUBLIC_API_KEY", Deed: "left", From: []string{"client (vercel)"}, Here: "a4e624d6", There: "unknown", Why: "the vendor shows it to nobody"},
		{Variable: "VERCEL_TOKEN", Deed: "left", Here: "nothing", There: "unknown", Why: "readme-ops alone reads it, and no vendor keeps it"},
	}}
	eachStyle(t, "pull", func(s view.Style) string { return view.Pull(p, s) })
	p.DryRun = true
	eachStyle(t, "pull_dry", func(s view.Style) string { return view.Pull(p, s) })
	p.Rows = p.Rows[1:2]
	if got, want := view.Pull(p, view.Style{}), ".env.dev: 0 added, 0 changed, 1 unchanged, 0 left as they are. There was nothing\nto write.\n"; got != want {
		t.Errorf("got %q", got)
	}
}
