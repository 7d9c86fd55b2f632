package view_test

import (
	"strings"
	"testing"
	"time"

	"readme/cli/view"
)

func TestVariables_looksLikeThis(t *testing.T) {
	first := time.Date(2026, 11, 20, 14, 2, 0, 0, time.UTC)
	const one, two = "1a2b3c4d5e6f708192a3b4c5d6e7f809", "99ff00aa11bb22cc33dd44ee55ff6677"
	push := "readme-ops env push --env prod"
	rows := []view.VariableRow{
		{Service: "api", To: "railway", Variable: "DATABASE_URL", State: "ok", Here: one, There: one, Given: true, Readable: true},
		{Service: "api", To: "railway", Variable: "REDIS_URL", State: "different", Differs: true, Here: one, There: two, Given: true, Readable: true, First: &first, AgeMS: (49 * time.Hour).Milliseconds(), Try: push},
		{Service: "api", To: "railway", Variable: "DEBUG", State: "extra", Differs: true, There: two, Readable: true, Why: "envmatrix.yaml does not give it to api"},
		{Service: "worker", To: "railway", Variable: "REDIS_URL", State: "missing", Differs: true, Here: one, Given: true, First: &first, AgeMS: (5 * time.Minute).Milliseconds(), Try: push},
		{Service: "worker", To: "railway", Variable: "SUPABASE_URL", State: "missing", Differs: true, Required: true},
		{Service: "bot", To: "pipecat", Variable: "CARTESIA_API_KEY", State: "as pushed", Here: one, There: one, Given: true},
		{Service: "bot", To: "pipecat", Variable: "OTHER_API_KEY", State: "unknown", Here: one, Given: true, Why: "the vendor shows it to nobody, and readme-ops has not pushed it"},
		{Service: "client", To: "vercel", Variable: "BOT_START_URL", State: "ok", Stale: true, Differs: true, Here: one, There: one, Given: true, Readable: true, Try: "readme-ops release --env prod"},
		{Service: "client", To: "vercel", Variable: "BOT_START_PUBLIC_API_KEY", State: "not given"},
	}
	eachStyle(t, "variables", func(s view.Style) string { return view.Variables(rows, false, false, s) })
	eachStyle(t, "variables-all", func(s view.Style) string { return view.Variables(rows, true, false, s) })
}

func TestVariables_isOneLineWhereNothingDiffers(t *testing.T) {
	rows := []view.VariableRow{{Service: "api", Variable: "A", State: "ok"}, {Service: "api", Variable: "B", State: "not given"}}
	if got := view.Variables(rows, false, false, view.Style{}); got != "Nothing differs: 1 ok, 1 not given.\n" {
		t.Errorf("got %q", got)
	}
	if got := view.Variables(nil, true, true, view.Style{}); got != "Nothing is known to differ.\n" {
		t.Errorf("looked at in part: got %q", got)
	}
	if got := view.Variables(nil, true, false, view.Style{}); got != "Nothing differs.\n" {
		t.Errorf("got %q", got)
	}
}

func TestVariables_aForeignNameWritesNoEscapes(t *testing.T) {
	text := view.Variables([]view.VariableRow{{Service: "api", Variable: evil, State: "extra", Differs: true}}, false, false, view.Style{})
	if strings.Contains(text, "\x1b") || strings.Contains(text, "\u202e") {
		t.Errorf("got %q", text)
	}
}
