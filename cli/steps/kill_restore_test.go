package steps_test

import (
	"testing"

	emulator "readme/cli/box/railway"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// backTo is the step of a rollback by hand.
func backTo(t *testing.T, name, to, live string, d provider.Deployment) release.Step {
	t.Helper()
	return step(t, release.KindRestore, name, "live="+live, plan.RestoreInputs{Name: name, To: to, Run: "run-1", Was: plan.Earlier{
		ID: d.ID, Release: d.Marker.Release, Commit: d.Marker.Commit, Tree: d.Marker.Tree, Image: d.Image, Build: d.Build, Settings: d.Settings,
	}})
}

func TestRestore_goesBackOnceHoweverItIsKilled(t *testing.T) {
	t.Run("railway", func(t *testing.T) {
		sweep(t, func(t *testing.T, d *death) {
			t.Helper()
			atOurs(t, func(r *atRailway, _ *emulator.Emulator) {
				exits(r.T, bring(r, "run-1", ways(r, 1)["upload"]()), release.ExitDone)
				old := r.live()
				exits(r.T, bring(r, "run-2", ways(r, 2)["upload"]()), release.ExitDone)
				order := backTo(r.T, "api", "railway", r.live().ID, old)
				exits(r.T, survives(r.T, "run-3", []release.Step{order}, r.open, d), release.ExitDone)
				if n := len(r.brought()); n != 3 || made(r.live()) != made(old) {
					r.Errorf("there are %d deployments, want two and the way back; %s serves", n, made(r.live()))
				}
			})
		})
	})
	t.Run("vercel", func(t *testing.T) {
		sweep(t, func(t *testing.T, d *death) {
			t.Helper()
			onVercel(t, func(v *atVercel) {
				exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
				old, err := v.Live(v.Context())
				if err != nil {
					v.Fatal(err)
				}
				exits(v.T, carryOut(v.T, v.w, "run-2", v.order("two")), release.ExitDone)
				order := backTo(v.T, "client", "vercel", v.serving(), old)
				exits(v.T, survives(v.T, "run-3", []release.Step{order}, v.open, d), release.ExitDone)
				if v.serving() != old.ID || len(v.made("run-3")) != 0 {
					v.Errorf("%s serves, want %s; %d were made", v.serving(), old.ID, len(v.made("run-3")))
				}
			})
		})
	})
	t.Run("pipecat", func(t *testing.T) {
		sweep(t, func(t *testing.T, d *death) {
			t.Helper()
			onPipecat(t, func(p *atPipecat) {
				p.bring("1")
				old := p.live()
				p.bring("2")
				posts := 0
				order := backTo(p.T, "bot", "pipecat", p.live().ID, old)
				exits(p.T, survives(p.T, "run-3", []release.Step{order}, p.open(&posts), d), release.ExitDone)
				if posts != 1 || p.live().Image != old.Image {
					p.Errorf("%d were asked for, and %+v serves", posts, p.live())
				}
			})
		})
	})
}
