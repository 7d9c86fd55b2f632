package supabase_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	box "readme/cli/box/supabase"
	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/supabase"
	"readme/cli/release"
)

const pinned = "abcdefghijklmnopqrst"

// examined is what doctor would show, a line for each finding.
func examined(t *testing.T, o supabase.Options) string {
	t.Helper()
	c, err := supabase.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var out []string
	for _, f := range c.Examine(t.Context(), "books") {
		line := fmt.Sprintf("%s %s: %s", f.Mood, f.What, f.Text)
		if f.Page != "" {
			line += " <" + f.Page + ">"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestExamine(t *testing.T) {
	const keys = " <https://supabase.com/dashboard/project/" + pinned + "/settings/api-keys>"
	const goodKey, goodProject, answers = "good key: a secret key (sb_secret_…)\n", "good project: " + pinned + "\n", "good storage: answers, and takes the key\n"
	const goodBucket = "good bucket books: private, at most 52428800 bytes, application/pdf image/*"
	const old = "warn key: the older service_role key, which Supabase gives up by the end of 2026: make a secret key and set SUPABASE_SECRET_KEY to it" + keys + "\n"
	none := fault.Fault{}
	for name, x := range map[string]struct {
		key, host string
		fault     fault.Fault
		want      string
	}{
		"all is well": {key, pinned + ".supabase.co", none, goodKey + goodProject + answers + goodBucket},
		"a legacy key": {"LEGACY", pinned + ".supabase.co", none, old + goodProject +
			"good storage: answers, and takes the key\n" + goodBucket},
		"another project": {key, "tsrqponmlkjihgfedcba.supabase.co", none, goodKey +
			"bad project: SUPABASE_URL belongs to another Supabase project than the pinned one\n" + answers + goodBucket},
		"an emulator":           {key, "127.0.0.1", none, goodKey + "good project: an emulator on this machine\n" + answers + goodBucket},
		"a domain of one's own": {key, "api.example.com", none, goodKey + "unsure project: api.example.com does not say which project it is\n" + answers + goodBucket},
		"the bucket is missing": {key, pinned + ".supabase.co", fault.Fault{Name: "bucket-vanishes"}, goodKey + goodProject + answers + "warn bucket books: is not there; a release makes it"},
		"the key is refused": {key, pinned + ".supabase.co", fault.Fault{Name: "key-rejected"}, goodKey + goodProject +
			"bad storage: refuses the key: supabase: list the buckets: HTTP 401: Invalid API key" + keys},
		"a wrong key": {"sb_secret_other", pinned + ".supabase.co", none, goodKey + goodProject +
			"bad storage: refuses the key: supabase: list the buckets: HTTP 403: Invalid Compact JWS" + keys},
		"too busy to say": {key, pinned + ".supabase.co", fault.Fault{Name: "slow-down"}, goodKey + goodProject +
			"unsure storage: supabase: list the buckets: HTTP 429: Too many connections issued to the database"},
		"an unknown make": {"x", pinned + ".supabase.co", none, "unsure key: of no form that is known here; the server key begins with sb_secret_\n" + goodProject +
			"bad storage: refuses the key: supabase: list the buckets: HTTP 403: Invalid Compact JWS" + keys},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, cloud := open(t)
				if err := c.CreateBucket(t.Context(), books()); err != nil {
					t.Fatal(err)
				}
				if x.fault != none {
					set(t, cloud, x.fault)
				}
				if x.key == "LEGACY" {
					x.key = ours(cloud)
					x.want = strings.Replace(x.want, goodProject, "bad project: the key is of the project boxboxboxboxboxboxbo, and "+pinned+" is pinned"+keys+"\n", 1)
				}
				got := examined(t, supabase.Options{
					Base: "http://" + x.host, Key: release.NewSecret(x.key), Ref: pinned, Transport: providertest.Serve(t, cloud.Handler()),
				})
				if diff := cmp.Diff(x.want, got); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func ours(cloud *box.Emulator) string { return cloud.LegacyKey("service_role") }

func TestExamine_nobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := providertest.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		c := client(t, hangs, legacy(`{"role":"service_role","exp":1,"ref":"x"}`))
		out := c.Examine(t.Context(), "books")
		moods := []provider.Mood{}
		for _, f := range out {
			moods = append(moods, f.Mood)
		}
		if diff := cmp.Diff([]provider.Mood{provider.Bad, provider.Unsure, provider.Bad}, moods); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", out, diff)
		}
	})
}
