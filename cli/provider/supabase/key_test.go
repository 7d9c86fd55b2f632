package supabase_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"readme/cli/provider/providertest"
	"readme/cli/provider/supabase"
	"readme/cli/release"
)

// legacy is a key of the older make, which nobody has signed.
func legacy(payload string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"HS256"}`)) + "." + enc([]byte(payload)) + ".c2lnbmF0dXJl"
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	const project = "https://ref.supabase.co"
	for name, x := range map[string]struct{ base, key, says string }{
		"no key":                 {project, "", "no secret key"},
		"only a line break":      {project, "\n", "no secret key"},
		"two words":              {project, "sb_secret_1 sb_secret_2", "a space or a line break"},
		"a publishable key":      {project, "sb_publishable_1", "publishable key, which may write nothing"},
		"the anonymous key":      {project, legacy(`{"role":"anon"}`), "key of the role anon, which may write nothing"},
		"a person's token":       {project, legacy(`{"role":"authenticated"}`), "key of the role authenticated"},
		"no address":             {"", key, "no http(s) address"},
		"a database's address":   {"postgres://u:hunter2@h/db", key, "no http(s) address"},
		"an address with a user": {"https://u:hunter2@h", key, "must hold no password"},
	} {
		_, err := supabase.New(supabase.Options{Base: x.base, Key: release.NewSecret(x.key)})
		if err == nil || !strings.Contains(err.Error(), x.says) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "_1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNew_takesBothMakesAndLeavesTheRestToStorage(t *testing.T) {
	for name, k := range map[string]string{
		"secret": key, "legacy": legacy(`{"role":"service_role"}`), "a role of one's own": legacy(`{"role":"robot"}`),
		"no JSON": "a.b.c", "another form": "x",
	} {
		c, err := supabase.New(supabase.Options{Base: "https://ref.supabase.co", Key: release.NewSecret(k)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c.Close()
	}
}

func TestBothHeadersBearTheKeyUnderOurOwnName(t *testing.T) {
	for _, k := range []string{key, legacy(`{"role":"service_role"}`)} {
		synctest.Test(t, func(t *testing.T) {
			var seen http.Header
			c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = r.Header.Clone()
				_, _ = w.Write([]byte("[]"))
			})), k)
			if err := c.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]string{"Apikey": k, "Authorization": "Bearer " + k, "User-Agent": "readme-ops/1"} {
				if seen.Get(name) != want {
					t.Errorf("%s: got %q, want %q", name, seen.Get(name), want)
				}
			}
		})
	}
}

func TestBucket_readsASizeInAnyForm(t *testing.T) {
	for raw, want := range map[string]int64{
		`52428800`: 52428800, `"52428800"`: 52428800, `"50MB"`: 50_000_000, `"1.5 kb"`: 1500, `"2GB"`: 2e9, `"7b"`: 7, `null`: 0, `0`: 0,
		`"many"`: -1, `{}`: -1, `-1`: -1, `1e300`: -1, `"NaN"`: -1, `"B"`: -1,
	} {
		synctest.Test(t, func(t *testing.T) {
			c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`{"id":"books","file_size_limit":` + raw + `}`))
			})), key)
			b, _, err := c.Bucket(t.Context(), "books")
			if (err != nil) != (want < 0) || err == nil && b.MaxSize != want {
				t.Errorf("%s: got %d, %v", raw, b.MaxSize, err)
			}
		})
	}
}
