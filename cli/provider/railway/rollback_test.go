package railway_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// back rolls the worker back, and waits until what it made is live.
func (w *world) back(to provider.Deployment) provider.Deployment {
	w.t.Helper()
	id, err := w.client.Rollback(w.t.Context(), "worker", to, marker("r9"))
	if err != nil {
		w.t.Fatal(err)
	}
	if id == to.ID {
		w.t.Error("a rollback is a new deployment")
	}
	d := w.wait(id)
	if d.State != provider.Live || w.live("worker").ID != id {
		w.t.Errorf("got %+v", d)
	}
	return d
}

func TestRollback_buildsAgainWhereRailwayDoesNot(t *testing.T) {
	kinds := map[string]func(w *world, n int) provider.Deployment{
		"a commit": func(w *world, n int) provider.Deployment { return w.wait(w.deploy(commit("worker", n))) },
		"an image": func(w *world, n int) provider.Deployment { return w.wait(w.deploy(pull(string(rune('0' + n))))) },
		"an upload": func(w *world, n int) provider.Deployment {
			return w.wait(w.upload("worker", "r"+string(rune('0'+n))))
		},
	}
	for kind, bring := range kinds {
		for name, only := range map[string]string{
			emulator.FaultNoRollback: "worker", emulator.FaultImageGone: "worker", emulator.FaultReadOnly: "deploymentRollback",
			fault.Unavailable: "deploymentRollback",
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				connected(t, func(w *world) {
					old := bring(w, 1)
					bring(w, 2)
					w.fault(name, only, 0)
					now := w.back(old)
					if now.Marker != old.Marker || now.Image != old.Image {
						w.t.Errorf("what serves is %+v, want that of %+v", now, old)
					}
					if n := w.history("worker"); n != 3 {
						w.t.Errorf("there are %d deployments", n)
					}
				})
			})
		}
	}
}

func TestRollback_findsItsOwnBesideAPush(t *testing.T) {
	bubbleOf(t, []emulator.Service{{Name: "worker", Repo: repo}}, func(w *world) {
		w.configure("worker", railway.Settings{Build: "ok", Start: "quiet"})
		old := w.wait(w.deploy(commit("worker", 1)))
		w.wait(w.deploy(commit("worker", 2)))
		w.fault(emulator.FaultStaleReads, "worker", 1)
		time.AfterFunc(time.Second, func() { _, _ = w.em.Push(w.t.Context(), repo, "next") })
		id, err := w.client.Rollback(w.t.Context(), "worker", old, marker("r9"))
		if err != nil {
			w.t.Fatal(err)
		}
		if d := w.wait(id); d.Marker.Commit != sha(1) {
			w.t.Errorf("got %+v", d)
		}
	})
}

func TestRollback_saysWhatServesWhenNothingHelps(t *testing.T) {
	connected(t, func(w *world) {
		old := w.wait(w.deploy(commit("worker", 1)))
		bad := w.wait(w.deploy(commit("worker", 2)))
		for _, field := range []string{"deploymentRollback", "serviceInstanceDeployV2", "deploymentRedeploy"} {
			w.fault(emulator.FaultReadOnly, field, 0)
		}
		_, err := w.client.Rollback(w.t.Context(), "worker", old, marker("r9"))
		f, ok := errors.AsType[*release.Fault](err)
		if !ok || !strings.Contains(f.Detail, bad.ID+" ("+sha(2)[:7]+") still serves") || f.Try == "" {
			w.t.Fatalf("got %v", err)
		}
		tried := strings.Join(f.Evidence[0].Lines, "\n")
		for _, want := range []string{"roll back: ", "build the commit again: ", "redeploy: "} {
			if !strings.Contains(tried, want) {
				w.t.Errorf("it does not say that it tried %q: %s", want, tried)
			}
		}
		if n := w.history("worker"); n != 2 {
			w.t.Errorf("there are %d deployments", n)
		}
	})
}

func TestRollback_readsAgainBeforeItTriesAnotherWay(t *testing.T) {
	connected(t, func(w *world) {
		old := w.wait(w.deploy(commit("worker", 1)))
		w.wait(w.deploy(commit("worker", 2)))
		w.fault(fault.GatewayTimeout, "deploymentRollback", 1)
		if err := w.em.Faults().Set(fault.Fault{Name: emulator.FaultStaleReads, Times: 1, For: 20 * time.Second}); err != nil {
			w.t.Fatal(err)
		}
		w.back(old)
		all, err := w.client.Deployments(w.t.Context(), "worker")
		if err != nil || len(all) != 3 || !slices.ContainsFunc(all, func(d provider.Deployment) bool { return d.ID == old.ID }) {
			w.t.Errorf("there are %d deployments, %v", len(all), err)
		}
	})
}
