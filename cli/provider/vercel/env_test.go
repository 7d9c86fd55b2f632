package vercel_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider/vercel"
	"readme/cli/release"
)

func TestVariables_showsWhatCanBeReadAndNilForTheRest(t *testing.T) {
	inBubble(t, func(b *bench) {
		set := func(vars ...vercel.Variable) {
			b.Helper()
			if err := b.SetVariables(b.Context(), vars); err != nil {
				b.Fatal(err)
			}
		}
		set(
			vercel.Variable{Name: "GREETING", Value: release.NewSecret("good morning")},
			vercel.Variable{Name: "KEY", Value: release.NewSecret("pk_1"), Sensitive: true},
			vercel.Variable{Name: "EMPTY", Value: release.NewSecret("")},
		)
		set(vercel.Variable{Name: "KEY", Value: release.NewSecret("pk_2")}) // it stays sensitive

		vars, err := b.ListVariables(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		got := map[string]*string{}
		for _, v := range vars {
			if got[v.Name] = nil; v.Readable {
				got[v.Name] = new(v.Value.Reveal())
			}
			if v.Sensitive != (v.Name == "KEY") || v.Owner != "" || time.Since(v.Updated) > time.Minute {
				b.Errorf("of %s it tells %+v", v.Name, v)
			}
		}
		// One that comes back empty is not known to be empty.
		want := map[string]*string{"BOT_START_URL": new("http://bot"), "GREETING": new("good morning"), "KEY": nil, "EMPTY": nil}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("variables (-want +got):\n%s", diff)
		}
	})
}

func TestSetVariables_reachesNewDeploymentsOnly(t *testing.T) {
	inBubble(t, func(b *bench) {
		old := b.live("run-1", "page")
		err := b.SetVariables(b.Context(), []vercel.Variable{{Name: "GREETING", Value: release.NewSecret("good evening")}})
		if err != nil {
			b.Fatal(err)
		}
		b.serving(old.ID, "page hello")
		next := b.live("run-2", "page")
		b.serving(next.ID, "page good evening")
	})
}
