package railway_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// connected is a world whose worker is connected to the repository, and is not deployed on a push.
func connected(t *testing.T, f func(w *world)) {
	t.Helper()
	bubble(t, func(w *world) {
		if err := w.client.Connect(w.t.Context(), "worker", repo, "main"); err != nil {
			w.t.Fatal(err)
		}
		w.configure("worker", railway.Settings{Build: "ok", Start: "quiet"})
		f(w)
	})
}

// pushed is a world whose worker is deployed on every push.
func pushed(t *testing.T, f func(w *world)) {
	t.Helper()
	bubbleOf(t, []emulator.Service{{Name: "worker", Repo: repo}}, func(w *world) {
		w.configure("worker", railway.Settings{Build: "slow 30s", Start: "quiet"})
		f(w)
	})
}

func (w *world) push(ref string) string {
	w.t.Helper()
	ids, err := w.em.Push(w.t.Context(), repo, ref)
	if err != nil || len(ids) != 1 {
		w.t.Fatalf("the push started %v, %v", ids, err)
	}
	return ids[0]
}

// deploy deploys, and must be taken.
func (w *world) deploy(r provider.Request) string {
	w.t.Helper()
	id, err := w.client.Deploy(w.t.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestDeploy_ofACommitBearsTheCommitAlone(t *testing.T) {
	connected(t, func(w *world) {
		for n := range 3 { // not the one that the service had before, nor the branch's newest
			d := w.wait(w.deploy(commit("worker", n)))
			if d.State != provider.Live || d.Marker != (provider.Marker{Commit: sha(n)}) {
				w.t.Errorf("got %+v", d)
			}
			if live := w.live("worker"); live.ID != d.ID || live.Marker.Commit != sha(n) {
				w.t.Errorf("%+v is live", live)
			}
		}
		if n := w.uploads.Load(); n != 0 {
			w.t.Errorf("%d archives were sent", n)
		}
	})
}

func TestDeploy_ofACommitThatIsNotPushedSaysSo(t *testing.T) {
	connected(t, func(w *world) {
		r := commit("worker", 1)
		r.Commit.SHA = unpushed
		_, err := w.client.Deploy(w.t.Context(), r)
		f, ok := errors.AsType[*release.Fault](err)
		if !ok || f.Try != "git push" || !strings.Contains(f.Detail, repo) {
			w.t.Errorf("got %v", err)
		}
		if n := w.history("worker"); n != 0 {
			w.t.Errorf("there are %d deployments", n)
		}
	})
}

func TestDeploy_refusesWhatIsNoWholeCommitOfThisRepository(t *testing.T) {
	connected(t, func(w *world) {
		other, abbreviated := commit("worker", 1), commit("worker", 1)
		other.Commit.Repo = "somebody/else"
		abbreviated.Commit.SHA = sha(1)[:12]
		for want, r := range map[string]provider.Request{"connected to another repository": other, "all 40 digits": abbreviated} {
			if _, err := w.client.Deploy(w.t.Context(), r); err == nil || !strings.Contains(err.Error(), want) {
				w.t.Errorf("want %q, got %v", want, err)
			}
		}
		if n := w.history("worker"); n != 0 {
			w.t.Errorf("there are %d deployments", n)
		}
	})
}

func TestDeploy_adoptsWhatAPushHasBegun(t *testing.T) {
	pushed(t, func(w *world) {
		theirs := w.push("main")
		time.Sleep(5 * time.Second)
		if id := w.deploy(commit("worker", 1)); id != theirs {
			w.t.Errorf("got %s, want the push's %s", id, theirs)
		}
		if d := w.wait(theirs); d.State != provider.Live {
			w.t.Errorf("got %+v", d)
		}
		if n := w.history("worker"); n != 1 {
			w.t.Errorf("there are %d deployments", n)
		}
	})
}

func TestDeploy_adoptsAPushThatWentLiveSinceWeLooked(t *testing.T) {
	pushed(t, func(w *world) {
		w.live("worker")
		theirs := w.push("main")
		w.wait(theirs)
		if id := w.deploy(commit("worker", 1)); id != theirs {
			w.t.Errorf("got %s, want the push's %s", id, theirs)
		}
		// Seen by now: whoever asks for it once more means it.
		w.live("worker")
		if id := w.deploy(commit("worker", 1)); id == theirs {
			w.t.Error("what served before was adopted")
		}
	})
}

func TestDeploy_adoptsNothingThatIsNotTheOrder(t *testing.T) {
	for name, f := range map[string]func(w *world){
		"other settings": func(w *world) {
			w.push("main")
			w.configure("worker", railway.Settings{Build: "slow 30s", Start: "stubborn"})
		},
		"a newer push of another commit": func(w *world) {
			w.push("main")
			time.Sleep(time.Second)
			w.push("next")
		},
		"one that has failed": func(w *world) {
			w.configure("worker", railway.Settings{Build: "fail", Start: "quiet"})
			w.wait(w.push("main"))
			w.configure("worker", railway.Settings{Build: "ok", Start: "quiet"})
		},
		"one that waits for a person": func(w *world) {
			w.fault(emulator.FaultApproval, "", 1)
			w.deploy(commit("worker", 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			pushed(t, func(w *world) {
				w.live("worker")
				f(w)
				before, err := w.client.Deployments(w.t.Context(), "worker")
				if err != nil {
					w.t.Fatal(err)
				}
				time.Sleep(time.Second)
				id := w.deploy(commit("worker", 1))
				for _, d := range before {
					if d.ID == id {
						w.t.Errorf("%s was adopted, which is %s", id, d.Raw)
					}
				}
				if d := w.wait(id); d.State != provider.Live {
					w.t.Errorf("ours is %+v", d)
				}
			})
		})
	}
}

func TestDeploy_ofACommitIsFoundAgainWhenItsAnswerIsLost(t *testing.T) {
	for _, name := range []string{fault.GatewayTimeout, fault.AnswerCut, fault.BodyCut, emulator.FaultMuddledAnswer, emulator.FaultAnswerHeld} {
		t.Run(name, func(t *testing.T) {
			connected(t, func(w *world) {
				w.wait(w.deploy(commit("worker", 1))) // of the same commit, and not the one that is looked for
				old := w.live("worker").ID
				w.fault(name, "serviceInstanceDeployV2", 1)
				w.fault(emulator.FaultStaleReads, "", 1)
				id := w.deploy(commit("worker", 1))
				if d := w.wait(id); d.State != provider.Live || id == old {
					w.t.Errorf("got %+v", d)
				}
				if n := w.history("worker"); n != 2 {
					w.t.Errorf("there are %d deployments", n)
				}
			})
		})
	}
}

func TestDeploy_thatWasNeverMadeIsConcludedAfterHalfAMinute(t *testing.T) {
	for name, after := range map[string]time.Duration{fault.Unavailable: 30 * time.Second, fault.NotJSON: 30 * time.Second, emulator.FaultReadOnly: 0} {
		t.Run(name, func(t *testing.T) {
			connected(t, func(w *world) {
				w.fault(name, "serviceInstanceDeployV2", 0)
				begun := time.Now()
				_, err := w.client.Deploy(w.t.Context(), commit("worker", 1))
				if err == nil {
					w.t.Fatal("it was taken")
				}
				if took := time.Since(begun); took < after || took > after+5*time.Second {
					w.t.Errorf("concluded after %s: %v", took, err)
				}
				if n := w.history("worker"); n != 0 {
					w.t.Errorf("there are %d deployments", n)
				}
			})
		})
	}
}

func TestDeploy_waitsWhereRailwaySlowsItDownInProse(t *testing.T) {
	connected(t, func(w *world) {
		w.fault(emulator.FaultTooQuickly, "serviceInstanceDeployV2", 2)
		begun := time.Now()
		w.wait(w.deploy(commit("worker", 1)))
		if took := time.Since(begun); took < time.Minute {
			w.t.Errorf("asked again within %s", took)
		}
		if n := w.history("worker"); n != 1 {
			w.t.Errorf("there are %d deployments", n)
		}
	})
}

func TestHeir_isWhatAPushMadeOfTheSameCommitAfterOurs(t *testing.T) {
	pushed(t, func(w *world) {
		ours := w.deploy(commit("worker", 1))
		heir := func() string {
			w.t.Helper()
			id, err := w.client.Heir(w.t.Context(), "worker", ours)
			if err != nil {
				w.t.Fatal(err)
			}
			return id
		}
		if got := heir(); got != ours {
			w.t.Errorf("alone, its heir is %s", got)
		}
		time.Sleep(time.Second)
		theirs := w.push("main")
		if got := heir(); got != theirs {
			w.t.Errorf("got %s, want the push's %s", got, theirs)
		}
		w.wait(theirs)
		if got := heir(); got != theirs {
			w.t.Errorf("got %s, want what serves, %s", got, theirs)
		}
		time.Sleep(time.Second)
		w.wait(w.push("next"))
		if got := heir(); got != ours {
			w.t.Errorf("got %s, although another commit serves", got)
		}
	})
}
