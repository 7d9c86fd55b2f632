package railway_test

import (
	"strings"
	"testing"

	"readme/cli/provider"
	"readme/cli/provider/railway"
)

func TestParseMarker_readsOnlyOurOwn(t *testing.T) {
	for message, want := range map[string]provider.Marker{
		"":                                    {},
		"fix the login":                       {},
		"readme-ops":                          {},
		"readme-ops abc tree=t release=r":     {Commit: "abc", Tree: "t", Release: "r"},
		"readme-ops abc+dirty.12 tree= other": {Commit: "abc+dirty.12"},
	} {
		if got := railway.ParseMarker(message); got != want {
			t.Errorf("%q: got %+v, want %+v", message, got, want)
		}
	}
}

func FuzzMarker_isReadBackAsWritten(f *testing.F) {
	f.Add("1f0c6a7e", "sha256:00ff", "20261122T100000Z-ab12")
	f.Fuzz(func(t *testing.T, commit, tree, run string) {
		if strings.Join(strings.Fields(commit+" "+tree+" "+run), "") != commit+tree+run || commit == "" {
			t.Skip("a marker holds no spaces")
		}
		m := provider.Marker{Commit: commit, Tree: tree, Release: run}
		if got := railway.ParseMarker(railway.Message(m)); got != m {
			t.Errorf("got %+v, want %+v", got, m)
		}
	})
}

func TestWithScheme_isPlainHTTPOnThisMachineOnly(t *testing.T) {
	for address, want := range map[string]string{
		"":                          "",
		"api-dev.up.railway.app":    "https://api-dev.up.railway.app",
		"https://example.com/":      "https://example.com",
		"127.0.0.1:8000":            "http://127.0.0.1:8000",
		"[::1]:8000":                "http://[::1]:8000",
		"localhost":                 "http://localhost",
		"localhost.example.com":     "https://localhost.example.com",
		"not an address at all %zz": "",
	} {
		if got := railway.WithScheme(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}
