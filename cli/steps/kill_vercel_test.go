package steps_test

import (
	"net/http"
	"testing"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
	"readme/cli/steps"
)

// open is what a new process has of this Vercel.
func (v *atVercel) open(wrap func(http.RoundTripper) http.RoundTripper) (*steps.World, func()) {
	tr := v.net.Transport()
	c, err := vercel.New(vercel.Options{Base: "http://api.box", Token: release.NewSecret("token"), Project: "readme", Transport: wrap(tr)})
	if err != nil {
		v.Fatal(err)
	}
	w := &steps.World{Archives: v.w.Archives, Poll: 5*time.Second - 11*time.Millisecond, Hosts: map[string]steps.Host{"client": steps.OnVercel(c)}}
	return w, func() { c.Close(); tr.CloseIdleConnections() }
}

func (v *atVercel) made(run string) []provider.Deployment {
	v.Helper()
	all, err := v.Made(v.Context(), run)
	if err != nil {
		v.Fatal(err)
	}
	return all
}

func TestVercel_deploysAndPromotesOnceHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onVercel(t, func(v *atVercel) {
			exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
			exits(v.T, survives(v.T, "run-2", v.order("two"), v.open, d), release.ExitDone)
			if all := v.made("run-2"); len(all) != 1 || all[0].ID != v.serving() || v.page() != "two hello" {
				v.Errorf("%d deployments were made, and %s shows %q", len(all), v.serving(), v.page())
			}
		})
	})
}

func TestVercel_goesBackOnceHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onVercel(t, func(v *atVercel) {
			exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
			old := v.serving()
			exits(v.T, survives(v.T, "run-2", v.order("two"), v.open, d, fails), release.ExitSmokeFailed)
			if all := v.made("run-2"); len(all) != 1 || v.serving() != old || v.page() != "one hello" {
				v.Errorf("%d deployments were made, and %s shows %q, want %s", len(all), v.serving(), v.page(), old)
			}
		})
	})
}

func TestVercel_takesAFirstDeploymentAwayHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onVercel(t, func(v *atVercel) {
			exits(v.T, survives(v.T, "run-1", v.order("one"), v.open, d, fails), release.ExitSmokeFailed)
			if got := v.serving(); got != "" {
				v.Errorf("nothing was on the domain before, and now %s is", got)
			}
		})
	})
}
