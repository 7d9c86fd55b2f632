package view_test

import (
	"testing"

	"readme/cli/release"
	"readme/cli/view"
)

func TestCheck_looksLikeThis(t *testing.T) {
	at := func(file string, line, column int) release.Place {
		return release.Place{File: file, Line: line, Column: column}
	}
	groups := []view.CheckGroup{
		{Name: "examples", Rows: []view.CheckRow{
			{Rule: "env/missing", Where: at("services/worker/env.example", 12, 1), Title: "REDIS_URL is missing, and worker needs it", Fix: "add the line REDIS_URL= after SUPABASE_SECRET_KEY", Try: "readme-ops env fix"},
			{Rule: "env/no-file", Where: release.Place{File: "services/bot/env.example"}, Title: "bot has no services/bot/env.example", Fix: "make it, with a line for each of: CARTESIA_API_KEY=", Try: "readme-ops env fix"},
		}},
		{Name: "values of dev", Rows: []view.CheckRow{
			{Rule: "env/pooler", Where: at("a/folder/with/a/name/that/is/rather/long/.env.dev", 3, 1), Title: "DATABASE_URL leads to a transaction pooler, through which migrations cannot run", Fix: "write port 5432 in place of 6543, without pgbouncer=true: that is the same host's session pooler"},
		}},
	}
	eachStyle(t, "check", func(s view.Style) string { return view.Check(groups, "", s) })
	if got := view.Check(nil, "all is well", view.Style{}); got != "all is well\n" {
		t.Errorf("got %q", got)
	}
}
