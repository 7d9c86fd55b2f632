package railway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
)

func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestDeploy_bringsAnUploadLive(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Build: "ok", Start: "serve", Health: "/health"})
		if got := w.live("api"); got.ID != "" {
			t.Errorf("before the first deployment %+v is live", got)
		}
		if status, body := w.get("http://127.0.0.1:8000/"); status != http.StatusNotFound || !strings.Contains(body, "Application not found") {
			t.Errorf("the edge answers %d %s before anything is live", status, body)
		}
		id := w.upload("api", "r1")
		want := provider.Deployment{
			ID: id, Service: "api", State: provider.Live, Raw: "SUCCESS", Marker: marker("r1"), URL: "http://127.0.0.1:8000",
		}
		if diff := cmp.Diff(want, w.wait(id), cmpopts.IgnoreFields(provider.Deployment{}, "Created")); diff != "" {
			t.Errorf("the deployment (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, w.live("api"), cmpopts.IgnoreFields(provider.Deployment{}, "Created")); diff != "" {
			t.Errorf("what is live (-want +got):\n%s", diff)
		}
		if status, _ := w.get("http://127.0.0.1:8000/books"); status != http.StatusOK {
			t.Errorf("the edge answers %d", status)
		}
		run := w.host.Runs()[0]
		if run.Env["HOST"] != "127.0.0.1" || run.Env["ADMIN_TOKEN"] != "secret" || run.Env["RAILWAY_SERVICE_NAME"] != "api" || run.Env["PORT"] == "" {
			t.Errorf("the process got %v", run.Env)
		}
	})
}

func TestDeploy_takesTheOldOneDownOnlyAfterTheNewOneServes(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", railway.Settings{Start: "stubborn", Drain: 5 * time.Second})
		old := w.upload("worker", "r1")
		w.wait(old)
		next := w.upload("worker", "r2")
		w.wait(next)
		synctest.Wait() // Railway says that the new one serves, and in the next moment takes the old one down
		if got := w.host.Alive(); got != 2 {
			t.Errorf("%d processes run while the old one drains, want 2", got)
		}
		d, err := w.client.Deployment(t.Context(), old)
		if err != nil || d.Raw != "REMOVING" || d.State != provider.Superseded {
			t.Errorf("the old one is %+v, %v", d, err)
		}
		time.Sleep(6 * time.Second)
		if got := w.host.Alive(); got != 1 {
			t.Errorf("%d processes run after the drain time, want 1", got)
		}
		if d, _ := w.client.Deployment(t.Context(), old); d.Raw != "REMOVED" {
			t.Errorf("the old one is %s", d.Raw)
		}
		if got := w.live("worker"); got.ID != next {
			t.Errorf("%s is live, want %s", got.ID, next)
		}
	})
}

func TestDeploy_leavesTheOldOneServingWhenTheNewOneEndsBadly(t *testing.T) {
	for name, c := range map[string]struct {
		set railway.Settings
		raw string
		why string
	}{
		"the build fails":       {railway.Settings{Build: "fail", Start: "serve"}, "FAILED", "the build command exited with code 1"},
		"it crashes at start":   {railway.Settings{Start: "crash 3"}, "CRASHED", "exited with code 3, after 10 restarts"},
		"it is never healthy":   {railway.Settings{Start: "serve 503", Health: "/health", HealthTimeout: 20 * time.Second}, "FAILED", "status 503"},
		"a redirect is no 200":  {railway.Settings{Start: "serve 308", Health: "/health", HealthTimeout: 20 * time.Second}, "FAILED", "status 308"},
		"it listens nowhere":    {railway.Settings{Start: "quiet", Health: "/health", HealthTimeout: 20 * time.Second}, "FAILED", "service unavailable"},
		"it ends before health": {railway.Settings{Start: "crash 0", Health: "/health"}, "FAILED", "before it was healthy"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world) {
				t := w.t
				w.configure("api", railway.Settings{Start: "serve", Health: "/health"})
				old := w.upload("api", "r1")
				w.wait(old)
				w.configure("api", c.set)
				got := w.wait(w.upload("api", "r2"))
				if got.State != provider.Failed || got.Raw != c.raw || !strings.Contains(got.Why, c.why) {
					t.Errorf("got %s %s because %q, want %s because %q", got.State, got.Raw, got.Why, c.raw, c.why)
				}
				if live := w.live("api"); live.ID != old || live.State != provider.Live {
					t.Errorf("%+v is live, want %s", live, old)
				}
				if status, _ := w.get("http://127.0.0.1:8000/"); status != http.StatusOK {
					t.Errorf("the edge answers %d", status)
				}
			})
		})
	}
}

func TestLive_showsThatWhatServedHasCrashed(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "crash-after 20s 2"})
		id := w.upload("api", "r1")
		w.wait(id)
		time.Sleep(10 * time.Minute) // eleven lives of 20 s
		live := w.live("api")
		if live.ID != id || live.Raw != "CRASHED" || live.State != provider.Failed {
			t.Errorf("got %+v", live)
		}
		if status, body := w.get("http://127.0.0.1:8000/"); status != http.StatusBadGateway || !strings.Contains(body, "failed to respond") {
			t.Errorf("the edge answers %d %s", status, body)
		}
		if got := len(w.host.Runs()); got != 11 {
			t.Errorf("it was started %d times, want 11", got)
		}
	})
}

func TestDeploy_adoptsWhatALostAnswerHasMade(t *testing.T) {
	for name, bad := range map[string]fault.Fault{
		"cut at once":       {Name: fault.AnswerCut, Only: "POST up", Times: 1},
		"held past the end": {Name: emulator.FaultAnswerHeld, Only: "up", Times: 1, For: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world) {
				t := w.t
				w.configure("api", railway.Settings{Start: "serve"})
				w.wait(w.upload("api", "r0"))
				for _, f := range []fault.Fault{bad, {Name: emulator.FaultStaleReads, For: 10 * time.Second}} {
					if err := w.em.Faults().Set(f); err != nil {
						t.Fatal(err)
					}
				}
				w.uploads.Store(0)
				got := w.wait(w.upload("api", "r1"))
				if got.State != provider.Live || got.Marker != marker("r1") {
					t.Errorf("got %+v", got)
				}
				if n := w.uploads.Load(); n != 1 {
					t.Errorf("the archive was sent %d times", n)
				}
				if all, err := w.client.Deployments(t.Context(), "api"); err != nil || len(all) != 2 {
					t.Errorf("there are %d deployments, %v", len(all), err)
				}
			})
		})
	}
}

func TestDeploy_saysSoWhenALostUploadMadeNothing(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		// The same marker as an older deployment: that one is not adopted.
		w.configure("api", railway.Settings{Start: "serve"})
		w.wait(w.upload("api", "r1"))
		if err := w.em.Faults().Set(fault.Fault{Name: fault.Unavailable, Only: "POST up", Times: 1}); err != nil {
			t.Fatal(err)
		}
		w.uploads.Store(0)
		begun := time.Now()
		_, err := w.client.Deploy(t.Context(), w.request("api", "r1"))
		if err == nil || !strings.Contains(err.Error(), "no new deployment of api within 30s") || provider.StatusOf(err) != http.StatusServiceUnavailable {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took < 30*time.Second {
			t.Errorf("concluded after %s", took)
		}
		if n := w.uploads.Load(); n != 1 {
			t.Errorf("the archive was sent %d times", n)
		}
	})
}

func TestDeploy_waitsWhereRailwayAsksForIt(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "serve"})
		if err := w.em.Faults().Set(fault.Fault{Name: fault.RateLimited, Only: "POST up", Times: 1, For: 40 * time.Second}); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		w.wait(w.upload("api", "r1"))
		if took := time.Since(begun); took < 40*time.Second {
			t.Errorf("asked again after %s", took)
		}
	})
}

func TestDeploy_namesTheProxyInFront(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		if err := w.em.Faults().Set(fault.Fault{Name: fault.RateLimitPage}); err != nil {
			t.Fatal(err)
		}
		_, err := w.client.Live(t.Context(), "api")
		if provider.StatusOf(err) != http.StatusTooManyRequests || !strings.Contains(err.Error(), "HTML page") {
			t.Errorf("got %v", err)
		}
	})
}

func TestDeployment_keepsWaitingOnAStatusThatNobodyKnows(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "serve"})
		id := w.upload("api", "r1")
		if err := w.em.Faults().Set(fault.Fault{Name: emulator.FaultUnknownStatus, Times: 1}); err != nil {
			t.Fatal(err)
		}
		d, err := w.client.Deployment(t.Context(), id)
		if err != nil || d.Raw != "PONDERING" || d.State != provider.Building {
			t.Errorf("got %+v, %v", d, err)
		}
		if got := w.wait(id); got.State != provider.Live {
			t.Errorf("got %+v", got)
		}
	})
}

func TestRollback_makesTheOldOneServeAgain(t *testing.T) {
	for name, bad := range map[string]*fault.Fault{
		"with an answer":                  nil,
		"with an error that says nothing": {Name: emulator.FaultMuddledAnswer, Only: "DeploymentRollback", Times: 1},
		"without an answer":               {Name: fault.GatewayTimeout, Only: "DeploymentRollback", Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world) {
				t := w.t
				w.configure("api", railway.Settings{Build: "ok", Start: "serve", Health: "/"})
				w.wait(w.upload("api", "r1"))
				was := w.live("api")
				w.configure("api", railway.Settings{Build: "ok", Start: "quiet"})
				w.wait(w.upload("api", "r2"))
				faults := []fault.Fault{{Name: emulator.FaultStaleReads, Times: 1, For: 5 * time.Second}}
				if bad != nil {
					faults = append(faults, *bad)
				}
				for _, f := range faults {
					if err := w.em.Faults().Set(f); err != nil {
						t.Fatal(err)
					}
				}
				id, err := w.client.Rollback(t.Context(), "api", was, marker("r2"))
				if err != nil {
					t.Fatal(err)
				}
				if id == was.ID {
					t.Error("a rollback is a new deployment")
				}
				if got := w.wait(id); got.State != provider.Live || got.Marker != marker("r1") {
					t.Errorf("got %+v", got)
				}
				if status, _ := w.get("http://127.0.0.1:8000/"); status != http.StatusOK {
					t.Errorf("the edge answers %d", status)
				}
			})
		})
	}
}

func TestDeployment_thatDoesNotShowYetIsOnItsWay(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "serve"})
		if err := w.em.Faults().Set(fault.Fault{Name: emulator.FaultStaleReads, Times: 1, For: 10 * time.Second}); err != nil {
			t.Fatal(err)
		}
		id := w.upload("api", "r1")
		if d, err := w.client.Deployment(t.Context(), id); err != nil || d.State != provider.Building {
			t.Fatalf("got %+v, %v", d, err)
		}
		if d := w.wait(id); d.State != provider.Live {
			t.Errorf("got %+v", d)
		}
	})
}

func TestRollback_refusesWhatNeverServed(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Build: "fail"})
		bad := w.wait(w.upload("api", "r1"))
		if _, err := w.client.Rollback(t.Context(), "api", bad, marker("r2")); err == nil || !strings.Contains(err.Error(), "keeps no image") {
			t.Errorf("got %v", err)
		}
	})
}

func TestRemove_takesAFirstDeploymentDown(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "serve"})
		id := w.upload("api", "r1")
		w.wait(id)
		if err := w.client.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := w.live("api"); got.ID != "" {
			t.Errorf("%+v is live", got)
		}
		if d := w.wait(id); d.Raw != "REMOVED" {
			t.Errorf("it is %s", d.Raw)
		}
		if status, _ := w.get("http://127.0.0.1:8000/"); status != http.StatusNotFound {
			t.Errorf("the edge answers %d", status)
		}
		if err := w.client.Remove(t.Context(), id); err != nil {
			t.Errorf("removed twice: %v", err)
		}
	})
}

func TestRemove_believesWhatItReadsWhenTheAnswerIsLost(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "serve"})
		id := w.upload("api", "r1")
		w.wait(id)
		if err := w.em.Faults().Set(fault.Fault{Name: fault.GatewayTimeout, Only: "DeploymentRemove", Times: 1}); err != nil {
			t.Fatal(err)
		}
		if err := w.client.Remove(t.Context(), id); err != nil {
			t.Error(err)
		}
	})
}

func TestCancel_endsABuild(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Build: "slow 10m", Start: "serve"})
		id := w.upload("api", "r1")
		time.Sleep(time.Minute)
		if d, err := w.client.Deployment(t.Context(), id); err != nil || d.Raw != "BUILDING" {
			t.Fatalf("it is %s, %v", d.Raw, err)
		}
		if err := w.client.Cancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if d := w.wait(id); d.State != provider.Superseded || d.Raw != "REMOVED" {
			t.Errorf("got %+v", d)
		}
		if err := w.client.Cancel(t.Context(), id); err == nil {
			t.Error("a deployment that is over was cancelled")
		}
	})
}

func TestDeploy_stopsWithItsContext(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		if err := w.em.Faults().Set(fault.Fault{Name: emulator.FaultAnswerHeld, Only: "up", For: time.Hour}); err != nil {
			t.Fatal(err)
		}
		cause := errors.New("interrupt by a signal")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(cause) })
		begun := time.Now()
		if _, err := w.client.Deploy(ctx, w.request("api", "r1")); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took > 6*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestEmulator_bringsBackWhatWasLive(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "serve", Health: "/health"})
		was := w.wait(w.upload("api", "r1"))
		w.configure("worker", railway.Settings{Build: "slow 1m", Start: "quiet"})
		going := w.upload("worker", "r2")
		time.Sleep(10 * time.Second)
		w.close()
		if n := w.host.Alive(); n != 0 {
			t.Fatalf("%d processes run after Close", n)
		}
		w.open()
		if got := w.live("api"); got.ID != was.ID || got.State != provider.Live {
			t.Errorf("%+v is live, want %s", got, was.ID)
		}
		if status, _ := w.get("http://127.0.0.1:8000/"); status != http.StatusOK {
			t.Errorf("the edge answers %d", status)
		}
		if got := w.wait(going); got.State != provider.Live {
			t.Errorf("the deployment that was under way ended as %s: %s", got.Raw, got.Why)
		}
		lines, err := w.client.Logs(t.Context(), was.ID, time.Time{}, "hello from api")
		if err != nil || len(lines) != 2 {
			t.Errorf("%d greetings in the log, %v; want one of each life", len(lines), err)
		}
	})
}

func TestDeployments_areNewestFirst(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", railway.Settings{Start: "quiet"})
		var want []string
		for _, run := range []string{"r1", "r2", "r3"} {
			id := w.upload("worker", run)
			w.wait(id)
			want = slices.Insert(want, 0, id)
		}
		all, err := w.client.Deployments(t.Context(), "worker")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range all {
			got = append(got, d.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
