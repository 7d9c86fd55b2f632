package env_test

import (
	"strings"
	"testing"

	"readme/cli/env"
	"readme/cli/release"
)

// Scan is not known to read anything differently from godotenv, so its entries are spoilt here to see that somebody would notice.
func TestOracle_findsTheFirstLineThatGodotenvReadsDifferently(t *testing.T) {
	t.Parallel()
	const text = "A=1\nB='2\n3'\nC=4\nD=5\nnothing\nE=6\n"
	for name, c := range map[string]struct {
		tamper func(e []env.Entry) []env.Entry
		want   int
	}{
		"nothing spoilt":              {func(e []env.Entry) []env.Entry { return e }, 0},
		"another value":               {func(e []env.Entry) []env.Entry { e[2].Value = release.NewSecret("x"); return e }, 4},
		"another key":                 {func(e []env.Entry) []env.Entry { e[1].Key = "X"; return e }, 2},
		"two wrong":                   {func(e []env.Entry) []env.Entry { e[3].Key, e[1].Key = "X", "Y"; return e }, 2},
		"one too few":                 {func(e []env.Entry) []env.Entry { return append(e[:1], e[2:]...) }, 4},
		"none at all":                 {func([]env.Entry) []env.Entry { return nil }, 1},
		"behind what nobody can read": {func(e []env.Entry) []env.Entry { e[4].Value = release.NewSecret("x"); return e }, 0},
	} {
		if got := env.Difference(text, c.tamper); got != c.want {
			t.Errorf("%s: got line %d, want %d", name, got, c.want)
		}
	}
}

// Whatever Quote writes, everybody reads; QuoteHere fails only for what no line can hold.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "x", " x ", "a b", "a#b", "a'b", `a"b`, "p4ss$Word", "$", "l1\nl2", "a\r\nb", "\\", "a`b", "'\"", "~", "\u00a0", "x\"", "é", "\x00", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		text, err := env.Quote(value)
		here, errHere := env.QuoteHere(value)
		if err == nil && (errHere != nil || here != text) {
			t.Errorf("%q: Quote writes %s, QuoteHere %s", value, text, here)
		}
		for _, spelling := range []string{text, here} {
			file, findings := env.Parse(".env", []byte("A="+spelling+" # note\nB=2\n"))
			switch {
			case spelling == "" && (value == "" || errHere != nil || spelling == text):
			case len(findings) > 0 || len(file.Entries) != 2 || file.Entries[0].Value.Reveal() != value || file.Entries[0].Inline != "note":
				t.Errorf("%q as %s: %+v", value, spelling, findings)
			case spelling == text && len(env.Dialects(file, nil)) > 0:
				t.Errorf("%q as %s: %+v", value, spelling, env.Dialects(file, nil))
			}
		}
		if errHere != nil && (strings.Contains(errHere.Error(), value) && len(value) > 20) {
			t.Errorf("the error shows the value")
		}
	})
}
