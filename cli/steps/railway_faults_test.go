package steps_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/forge"
	emulator "readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// outlived are the faults that a release must get over; after any other one it must not say that it released.
func outlived() []string {
	return []string{
		emulator.FaultSlowBuild, emulator.FaultFallsAsleep, emulator.FaultQueued, emulator.FaultWaitsForCI, emulator.FaultOldLingers,
		emulator.FaultOldSettings, emulator.FaultSettingsFail, emulator.FaultPushBefore, emulator.FaultPushAfter, emulator.FaultNoRollback,
		emulator.FaultImageGone, emulator.FaultConnect, emulator.FaultVariables, emulator.FaultVarsLate, emulator.FaultStaleReads, emulator.FaultStaleLatest,
		emulator.FaultUnknownStatus, emulator.FaultLogsLate, emulator.FaultLogsEmpty, emulator.FaultNoDomain, emulator.FaultUnverified,
		emulator.FaultEdgeLate, emulator.FaultEdgeChallenge, emulator.FaultEdgeSignIn, emulator.FaultSealed, emulator.FaultStaged,
		emulator.FaultMuddledAnswer, emulator.FaultAnswerHeld, emulator.FaultTooQuickly,
		fault.RateLimited, fault.RateLimitPage, fault.AnswerCut, fault.BodyCut, fault.GatewayTimeout, fault.SlowBody,
	}
}

// hosting has every commit.
type hosting struct{}

func (hosting) Commit(_ context.Context, _, ref string) (forge.Commit, error) {
	if len(ref) != 40 {
		ref = sha(1)
	}
	return forge.Commit{SHA: ref, Branch: "main"}, nil
}

func (hosting) Archive(_ context.Context, _, sha, path string) error {
	return os.WriteFile(path, railwaytest.Archive(map[string]string{"./go.mod": "module readme // " + sha}), 0o600)
}

func sha(n int) string { return fmt.Sprintf("%040x", 0xabc0+n) }

// ways are how a service is sent, as release n.
func ways(r *atRailway, n int) map[string]func() release.Step {
	of := func(in plan.DeployInputs) release.Step {
		in.To, in.Name, in.Service, in.Health, in.HealthTimeout, in.Commit = "railway", "api", "api", "/health", 20*time.Second, sha(n)
		return step(r.T, release.KindDeploy, "api", "live="+r.live().ID, in)
	}
	return map[string]func() release.Step{
		"upload": func() release.Step {
			hash := archive(r.T, r.w, map[string]string{"./go.mod": "module readme // " + sha(n)})
			return of(plan.DeployInputs{Source: "upload", Build: "ok", Start: "serve", Archive: hash, Tree: "t" + sha(n)})
		},
		"commit": func() release.Step {
			return of(plan.DeployInputs{Source: "commit", Build: "ok", Start: "serve", Repo: "founder/readme", Branch: "main"})
		},
		"image": func() release.Step {
			return of(plan.DeployInputs{Source: "image", Image: "ghcr.io/founder/api:" + strconv.Itoa(n)})
		},
	}
}

// made is what tells one release from another: its commit, or its image.
func made(d provider.Deployment) string {
	if d.Image != "" {
		return d.Image
	}
	return d.Marker.Commit
}

// Whatever goes wrong, a release is called done only when what was ordered serves, and otherwise what was there before
// does, or a person is told that it does not.
func TestRailway_noFaultMakesAFalseVerdict(t *testing.T) {
	var kinds []fault.Kind
	atOurs(t, func(_ *atRailway, em *emulator.Emulator) { kinds = em.Faults().Kinds() })
	deploys := map[string]string{"upload": "up", "commit": "serviceInstanceDeployV2", "image": "serviceInstanceDeployV2"}
	for _, way := range []string{"upload", "commit", "image"} {
		for _, k := range kinds {
			f := fault.Fault{Name: k.Name, Times: 1}
			switch k.Names {
			case "environment":
				f.Times = 0
			case "operation":
				f.Only = deploys[way]
				if wire := slices.ContainsFunc(fault.Wire(), func(w fault.Kind) bool { return w.Name == k.Name }); wire && way == "upload" {
					f.Only = "POST up"
				}
			}
			t.Run(way+", "+k.Name, func(t *testing.T) {
				t.Parallel()
				unluckyAtRailway(t, way, f)
			})
		}
	}
}

func unluckyAtRailway(t *testing.T, way string, f fault.Fault) {
	t.Helper()
	atOurs(t, func(r *atRailway, em *emulator.Emulator) {
		exits(r.T, bring(r, "run-1", ways(r, 1)[way]()), release.ExitDone)
		before := made(r.live())
		next := ways(r, 2)[way]()
		if err := em.Faults().Set(f); err != nil {
			r.Fatal(err)
		}
		s := bring(r, "run-2", next)
		happened := len(em.Faults().On()) == 0
		em.Faults().Clear("")
		now := r.live()
		// A pin that is not kept is the old image once more; other settings are the same ones here.
		outlives := slices.Contains(outlived(), f.Name) && (f.Name != emulator.FaultSettingsFail || way != "image")
		switch {
		case s.Exit() == release.ExitDone:
			if made(now) == before || now.State != provider.Live {
				r.Errorf("it says done, and %s (%s) serves", made(now), now.Raw)
			}
			if happened && !outlives {
				r.Errorf("it says done after %s", f.Name)
			}
			return
		case outlives:
			r.Errorf("a good release was not let through")
			exits(r.T, s, release.ExitDone)
		}
		if s.Exit() == release.ExitNotPutBack {
			if f.Name != emulator.FaultStranger {
				r.Errorf("what served before could have been put back")
				exits(r.T, s, release.ExitStepFailed)
			}
			return
		}
		if s.Exit() != release.ExitStepFailed || made(now) != before || now.State != provider.Live {
			r.Errorf("exit %d, and %s (%s) serves, want %s", s.Exit(), made(now), now.Raw, before)
			exits(r.T, s, release.ExitStepFailed)
		}
	})
}

// bring carries the step out, waits as smoke checks do, and asks the vendor once more.
func bring(r *atRailway, run string, deploy release.Step) *release.State {
	r.Helper()
	last := step(r.T, release.KindConfirm, plan.StillLive, "", plan.ConfirmInputs{Services: []plan.Serving{{Name: "api", To: "railway", By: "api"}}})
	last.Needs = []string{"window"}
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Commit: release.Commit{SHA: sha(1)}, Steps: []release.Step{
		deploy, {ID: "window", Kind: release.KindCheck, Change: release.ChangeRun, Needs: []string{"api"}}, last,
	}}
	actions, err := steps.Actions(r.w, release.Plan{Steps: []release.Step{deploy, last}})
	if err != nil {
		r.Fatal(err)
	}
	actions["window"] = deed(func(context.Context) error { time.Sleep(time.Minute); return nil })
	s, err := engine.Run(r.Context(), p, actions, engine.Options{
		Run: run, Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}},
	})
	if err != nil {
		r.Fatal(err)
	}
	return s
}

// atOurs is an api that is connected to the repository, and deployed on a push too.
func atOurs(t *testing.T, f func(r *atRailway, em *emulator.Emulator)) {
	t.Helper()
	dir := folder(t)
	synctest.Test(t, func(t *testing.T) {
		n := railwaytest.NewNet()
		r := &atRailway{T: t, net: n, host: &railwaytest.Host{Listen: n.Listen}}
		port := 8000
		em, err := emulator.Open(t.Context(), emulator.Config{
			Dir: filepath.Join(dir, "railway"), Host: r.host, Forge: hosting{},
			Projects: railwaytest.Project("readme", "dev", "token", emulator.Service{Name: "api", Public: true, Repo: "founder/readme"}),
			Edge:     func(_, _, _ string) (net.Listener, error) { port++; return n.Listen("127.0.0.1:" + strconv.Itoa(port)) },
			Dial:     n.Dial, Pace: time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		stop, err := n.Serve(railwayAddress, em.Handler())
		if err != nil {
			t.Fatal(err)
		}
		r.Client, err = railway.New(railway.Options{
			Base: "http://" + railwayAddress, Token: release.NewSecret("token"), Transport: &http.Transport{DialContext: n.Dial},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			r.Close()
			stop()
			if err := em.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
		r.w = &steps.World{
			Archives: dir, Poll: time.Second,
			Hosts: map[string]steps.Host{"api": steps.OnRailway(r.Client, spec.Deploy{Name: "api", Service: "api"})},
		}
		f(r, em)
	})
}

func TestRailway_followsAPushThatOvertakesOurs(t *testing.T) {
	atOurs(t, func(r *atRailway, em *emulator.Emulator) {
		exits(r.T, bring(r, "run-1", ways(r, 1)["commit"]()), release.ExitDone)
		next := ways(r, 2)["commit"]()
		for _, name := range []string{emulator.FaultPushAfter, emulator.FaultSlowBuild} { // the slow one is ours
			if err := em.Faults().Set(fault.Fault{Name: name, Times: 1}); err != nil {
				r.Fatal(err)
			}
		}
		s := bring(r, "run-2", next)
		exits(r.T, s, release.ExitDone)
		now := r.live()
		if made(now) != sha(2) || s.Step("api").Outputs["deployment"] != now.ID {
			r.Errorf("%+v serves, and the release says %v", now, s.Step("api").Outputs)
		}
	})
}

func TestRailway_leavesNothingBehindThatWaitsForAPerson(t *testing.T) {
	atOurs(t, func(r *atRailway, em *emulator.Emulator) {
		exits(r.T, bring(r, "run-1", ways(r, 1)["commit"]()), release.ExitDone)
		if err := em.Faults().Set(fault.Fault{Name: emulator.FaultApproval, Times: 1}); err != nil {
			r.Fatal(err)
		}
		exits(r.T, bring(r, "run-2", ways(r, 2)["commit"]()), release.ExitStepFailed)
		all, err := r.Deployments(r.Context(), "api")
		if err != nil || len(all) != 2 || all[0].State != provider.Superseded {
			r.Errorf("the one that waited is %+v, %v", all, err)
		}
	})
}
