package steps_test

import (
	"net/http"
	"testing"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// open is what a new process has of this Railway.
func (r *atRailway) open(wrap func(http.RoundTripper) http.RoundTripper) (*steps.World, func()) {
	tr := &http.Transport{DialContext: r.net.Dial}
	c, err := railway.New(railway.Options{Base: "http://" + railwayAddress, Token: release.NewSecret("token"), Transport: wrap(tr)})
	if err != nil {
		r.Fatal(err)
	}
	w := &steps.World{
		Archives: r.w.Archives, Poll: 5 * time.Second,
		Hosts: map[string]steps.Host{"api": steps.OnRailway(c, spec.Deploy{Name: "api", Service: "api"})},
	}
	return w, func() { c.Close(); tr.CloseIdleConnections() }
}

// brought counts the deployments of api.
func (r *atRailway) brought() (all []provider.Deployment) {
	r.Helper()
	all, err := r.Deployments(r.Context(), "api")
	if err != nil {
		r.Fatal(err)
	}
	return all
}

func TestRailway_deploysOnceHoweverItIsKilled(t *testing.T) {
	for _, way := range []string{"upload", "commit", "image"} {
		t.Run(way, func(t *testing.T) {
			sweep(t, func(t *testing.T, d *death) {
				t.Helper()
				atOurs(t, func(r *atRailway, _ *emulator.Emulator) {
					exits(r.T, bring(r, "run-0", ways(r, 2)[way]()), release.ExitDone) // the very same has served before
					exits(r.T, bring(r, "run-1", ways(r, 1)[way]()), release.ExitDone)
					s := survives(r.T, "run-2", []release.Step{ways(r, 2)[way]()}, r.open, d)
					exits(r.T, s, release.ExitDone)
					now := r.live()
					if n := len(r.brought()); n != 3 || made(now) == made(r.brought()[1]) || s.Step("api").Outputs["deployment"] != now.ID {
						r.Errorf("there are %d deployments, want two old ones and ours; %s serves, and the step says %v", n, now.ID, s.Step("api").Outputs)
					}
				})
			})
		})
	}
}

func TestRailway_goesBackOnceHoweverItIsKilled(t *testing.T) {
	for _, way := range []string{"upload", "image"} {
		t.Run(way, func(t *testing.T) {
			sweep(t, func(t *testing.T, d *death) {
				t.Helper()
				atOurs(t, func(r *atRailway, _ *emulator.Emulator) {
					exits(r.T, bring(r, "run-1", ways(r, 1)[way]()), release.ExitDone)
					old := made(r.live())
					s := survives(r.T, "run-2", []release.Step{ways(r, 2)[way]()}, r.open, d, fails)
					exits(r.T, s, release.ExitSmokeFailed)
					if n := len(r.brought()); n != 3 || made(r.live()) != old {
						r.Errorf("there are %d deployments, want the old one, ours, and the way back; %s serves", n, made(r.live()))
					}
				})
			})
		})
	}
}

// For a while a new deployment is in no list, and not found by its id.
func TestRailway_deploysAndGoesBackOnceWhereReadsAreLateHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		atOurs(t, func(r *atRailway, em *emulator.Emulator) {
			exits(r.T, bring(r, "run-1", ways(r, 1)["upload"]()), release.ExitDone)
			order := ways(r, 2)["upload"]()
			if err := em.Faults().Set(fault.Fault{Name: emulator.FaultStaleReads, For: 15 * time.Second}); err != nil {
				r.Fatal(err)
			}
			exits(r.T, survives(r.T, "run-2", []release.Step{order}, r.open, d, fails), release.ExitSmokeFailed)
			time.Sleep(time.Minute)
			if n := len(r.brought()); n != 3 || made(r.live()) != sha(1) {
				r.Errorf("there are %d deployments, want the old one, ours, and the way back; %s serves", n, made(r.live()))
			}
		})
	})
}

func TestRailway_takesAFirstDeploymentAwayHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		atOurs(t, func(r *atRailway, _ *emulator.Emulator) {
			s := survives(r.T, "run-1", []release.Step{ways(r, 1)["upload"]()}, r.open, d, fails)
			exits(r.T, s, release.ExitSmokeFailed)
			if n := len(r.brought()); n != 1 || r.live().ID != "" {
				r.Errorf("there are %d deployments, and %q serves", n, r.live().ID)
			}
		})
	})
}
