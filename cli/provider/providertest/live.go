package providertest

import (
	"flag"
	"testing"
)

//nolint:gochecknoglobals // a flag has to be there before the test binary reads its flags
var live = flag.Bool("live", false, "also run the conformance suite on real accounts, with the credentials of the environment")

// Live skips the test unless -live was given:
//
//	go test ./cli/provider/railway -run RealAccount -live
//
// and so for vercel, pipecat and supabase. RAILWAY_API_URL, VERCEL_API_URL and PIPECAT_API_HOST lead elsewhere, such as to
// a running box.
//
// Get reads the environment (os.Getenv, which only tests may call), and
// every name must have a value. What a live test makes at a vendor costs money, so it takes it away again.
func Live(t *testing.T, get func(string) string, names ...string) map[string]string {
	t.Helper()
	if !*live {
		t.Skip("a real account is only touched with -live")
	}
	values := map[string]string{}
	for _, n := range names {
		values[n] = get(n)
		if values[n] == "" {
			t.Fatalf("-live needs %s in the environment", n)
		}
	}
	return values
}
