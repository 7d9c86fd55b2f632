package railway_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/railway"
)

func TestFilter_readsRailwaysLanguage(t *testing.T) {
	const line = `{"level":"warn","msg":"Processing your book (b-17)","book_id":"b-17","pages":3,"path":"/health check"}`
	for filter, want := range map[string]bool{
		"":                           true,
		"processing":                 true,
		"processing book":            true, // side by side is AND
		`"your book"`:                true,
		`"book your"`:                false,
		"processing AND nothing":     false,
		"nothing OR book":            true,
		"-nothing":                   true,
		"-book":                      false,
		"(nothing OR book) AND your": true,
		"-(nothing OR book)":         false,
		"@level:warn":                true,
		"@level:error":               false,
		"@book_id:b-17":              true,
		"@book_id:b-18":              false,
		`@path:"/health check"`:      true,
		"@pages:>=3":                 true,
		"@pages:>3":                  false,
		"@pages:1..3":                true,
		"@pages:4..9":                false,
		"@nobody:1":                  false,
		"b-17":                       true, // a dash inside a word is no minus
		`"@level:warn"`:              false,
		`"unclosed your`:             false,
		`"your book`:                 true,
		"AND OR (":                   false,
		"-":                          true, // not nothing

		strings.Repeat("(", 200) + "book": false,
	} {
		if got := railway.FilterMatches(filter, line); got != want {
			t.Errorf("%s: got %v, want %v", filter, got, want)
		}
	}
	// An unquoted word that ends in a colon is a field, and there is none of that name.
	if railway.FilterMatches("discord: bot online", "discord: bot online") || !railway.FilterMatches(`"discord: bot online"`, "discord: bot online") {
		t.Error("a colon names a field unless it is quoted")
	}
}

func FuzzFilter_neverPanics(f *testing.F) {
	f.Add(`(a OR "b c") AND -@x:>=1 @y:1..2`, `{"msg":"a","x":2}`)
	f.Add(`"`, `"`)
	f.Add(`a"`, `a`)
	f.Fuzz(func(t *testing.T, filter, line string) {
		railway.FilterMatches(filter, line)
		needle := strings.ToLower(line)
		if !strings.Contains(needle, `"`) && !strings.HasPrefix(strings.TrimSpace(line), "{") && needle == strings.TrimSpace(line) && needle != "" {
			if !railway.FilterMatches(`"`+needle+`"`, line) {
				t.Errorf("the quoted line %q does not match itself", line)
			}
		}
	})
}

func TestParseLine_takesJSONApart(t *testing.T) {
	for _, c := range []struct {
		stream, text      string
		message, severity string
		attributes        map[string]string
	}{
		{"stdout", "hello", "hello", "info", map[string]string{}},
		{"stderr", "hello", "hello", "error", map[string]string{}},
		{"stderr", `{"level":"WARNING","message":"m"}`, "m", "warn", map[string]string{"level": `"WARNING"`}},
		{"stdout", `{"msg":"m","n":1,"s":"x","o":{"a":[1]}}`, "m", "info", map[string]string{"n": "1", "s": `"x"`, "o": `{"a":[1]}`}},
		{"stdout", `{"level":"whatever"}`, `{"level":"whatever"}`, "info", map[string]string{"level": `"whatever"`}},
		{"stdout", `{broken`, `{broken`, "info", map[string]string{}},
		{"stdout", `[1]`, `[1]`, "info", map[string]string{}},
	} {
		message, severity, attributes := railway.ParseLine(c.stream, c.text)
		if message != c.message || severity != c.severity {
			t.Errorf("%s: got %q as %s", c.text, message, severity)
		}
		if diff := cmp.Diff(c.attributes, attributes); diff != "" {
			t.Errorf("%s:\n%s", c.text, diff)
		}
	}
}
