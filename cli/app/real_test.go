package app_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"readme/cli/app"
	"readme/cli/release"
)

func TestEmulated_isAllOrNothing(t *testing.T) {
	real := map[string]string{
		"railway": "https://backboard.railway.com", "vercel": "https://api.vercel.com", "pipecat": "https://api.pipecat.daily.co",
		"supabase": "https://ref.supabase.co", "database": "postgres://u:hunter2@db.ref.supabase.co/postgres", "queue": "rediss://:hunter2@eu.upstash.io:6379",
	}
	boxed := map[string]string{
		"railway": "http://127.0.0.1:1", "vercel": "http://127.0.0.1:2", "pipecat": "http://localhost:3",
		"supabase": "http://[::1]:4", "database": "postgres://u:hunter2@127.0.0.1:5/readme", "queue": "redis://:hunter2@127.0.0.1:6/1",
	}
	for _, c := range []struct {
		at   map[string]string
		want bool
	}{{real, false}, {boxed, true}} {
		if got, err := app.Emulated(c.at); got != c.want || err != nil {
			t.Errorf("%v: %v, %v", c.at, got, err)
		}
	}
	for name := range real {
		mixed := maps.Clone(real)
		mixed[name] = ""
		if got, err := app.Emulated(mixed); name != "railway" && name != "vercel" && name != "pipecat" && (got || err != nil) {
			t.Errorf("without %s: %v, %v", name, got, err)
		}
		mixed[name] = boxed[name]
		_, err := app.Emulated(mixed)
		if err == nil || release.AsFault(err).Exit != release.ExitInvalid {
			t.Errorf("only %s is emulated: %v", name, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a password is shown: %v", err)
		}
	}
	// whose name only looks like a vendor's is none
	lookalike := maps.Clone(boxed)
	lookalike["vercel"] = "https://api.vercel.com.example.org"
	if got, err := app.Emulated(lookalike); !got || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestQuoteValue_isReadBackFromAFile(t *testing.T) {
	want := map[string]string{
		"PLAIN": "sk_0a1b", "URL": "http://127.0.0.1:1/a?b=c&d=e", "HASH": "a # b", "DOLLAR": "p$HOME", "EMPTY": "", "QUOTES": `a"b`, "BACKSLASH": `a\nb`, "EQUALS": "a=b==",
	}
	var b strings.Builder
	for name, v := range want {
		b.WriteString(name + "=" + app.QuoteValue(v) + "\n")
	}
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := godotenv.Read(file)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}
