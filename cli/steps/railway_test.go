package steps_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// atRailway is the service api at an emulated Railway.
type atRailway struct {
	*testing.T
	*railway.Client
	w    *steps.World
	host *railwaytest.Host
	net  *railwaytest.Net
}

const railwayAddress = "127.0.0.1:7000"

func onRailway(t *testing.T, f func(r *atRailway)) {
	t.Helper()
	dir := folder(t)
	synctest.Test(t, func(t *testing.T) {
		n := railwaytest.NewNet()
		r := &atRailway{T: t, net: n, host: &railwaytest.Host{Listen: n.Listen}}
		port := 8000
		em, err := emulator.Open(t.Context(), emulator.Config{
			Dir: filepath.Join(dir, "railway"), Host: r.host,
			Projects: railwaytest.Project("readme", "dev", "token",
				emulator.Service{Name: "api", Public: true, Variables: map[string]string{"ADMIN_TOKEN": "x"}}),
			Edge: func(_, _, _ string) (net.Listener, error) { port++; return n.Listen("127.0.0.1:" + strconv.Itoa(port)) },
			Dial: n.Dial, Pace: time.Second - 7*time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		stop, err := n.Serve(railwayAddress, em.Handler())
		if err != nil {
			t.Fatal(err)
		}
		r.Client, err = railway.New(railway.Options{
			Base: "http://" + railwayAddress, Token: release.NewSecret("token"), Project: "readme", Environment: "dev",
			Transport: &http.Transport{DialContext: n.Dial},
		})
		if err != nil {
			t.Fatal(err)
		}
		r.w = &steps.World{
			Archives: dir, Poll: time.Second,
			Hosts: map[string]steps.Host{"api": steps.OnRailway(r.Client, spec.Deploy{Name: "api", Service: "api"})},
		}
		f(r)
		r.Close()
		stop()
		if err := em.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if n := r.host.Alive(); n != 0 {
			t.Errorf("%d processes are left", n)
		}
	})
}

// order is the step that brings a commit of api.
func (r *atRailway) order(commit, start string) release.Step {
	r.Helper()
	hash := archive(r.T, r.w, map[string]string{"./go.mod": "module readme // " + commit})
	return step(r.T, release.KindDeploy, "api", "live="+r.live().ID, plan.DeployInputs{
		To: "railway", Name: "api", Service: "api", Build: "ok", Start: start, Health: "/health", HealthTimeout: 20 * time.Second,
		Archive: hash, Commit: commit, Tree: "t-" + commit,
	})
}

func (r *atRailway) live() provider.Deployment {
	r.Helper()
	d, err := r.Live(r.Context(), "api")
	if err != nil {
		r.Fatal(err)
	}
	return d
}

// commit is what the next start of the service would report.
func (r *atRailway) commit() string {
	r.Helper()
	vars, err := r.Variables(r.Context(), "api")
	if err != nil {
		r.Fatal(err)
	}
	if v := vars["RELEASE_COMMIT"]; v != nil {
		return *v
	}
	return ""
}

// serves is what the service answers from outside.
func (r *atRailway) serves() string {
	r.Helper()
	c := &http.Client{Transport: &http.Transport{DialContext: r.net.Dial, DisableKeepAlives: true}}
	resp, err := c.Get(r.live().URL + "/")
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

func TestRailway_reportsTheCommitThatServes(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}), release.ExitDone)
		if got := r.serves(); got != "api c1" {
			r.Errorf("it serves %q", got)
		}
		s, err := r.Settings(r.Context(), "api")
		if err != nil || s.Start != "serve" || s.Build != "ok" || s.Health != "/health" || s.Drain < 10*time.Second {
			r.Errorf("its settings are %+v, %v", s, err)
		}
		if d := r.live(); d.Marker != (provider.Marker{Release: "run-1", Commit: "c1", Tree: "t-c1"}) {
			r.Errorf("it bears %+v", d.Marker)
		}

		exits(r.T, carryOut(r.T, r.w, "run-2", []release.Step{r.order("c2", "serve")}, fails), release.ExitSmokeFailed)
		if got := r.serves(); got != "api c1" || r.commit() != "c1" {
			r.Errorf("after the rollback it serves %q, and would report %q", got, r.commit())
		}
	})
}

func TestRailway_givesTheCommitBackWhenTheNewOneNeverServed(t *testing.T) {
	for name, start := range map[string]string{"never healthy": "serve 503", "ends at once": "crash 3"} {
		t.Run(name, func(t *testing.T) {
			onRailway(t, func(r *atRailway) {
				exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}), release.ExitDone)
				old := r.live().ID
				s := carryOut(r.T, r.w, "run-2", []release.Step{r.order("c2", start)})
				exits(r.T, s, release.ExitStepFailed)
				if r.live().ID != old || r.commit() != "c1" || r.serves() != "api c1" {
					r.Errorf("%s serves, and would report %q", r.live().ID, r.commit())
				}
			})
		})
	}
}

func TestRailway_takesAFirstDeploymentAway(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}, fails), release.ExitSmokeFailed)
		if d := r.live(); d.ID != "" {
			r.Errorf("%s still serves", d.ID)
		}
	})
}

func TestRailway_leavesSomebodyElsesDeploymentAlone(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}), release.ExitDone)
		theirs := ""
		colleague := func(ctx context.Context) (err error) {
			theirs, err = r.Deploy(ctx, provider.Request{Service: "api", Archive: filepath.Join(r.w.Archives, hashOf(map[string]string{"./go.mod": "module readme // c1"})+".tar.gz"), Marker: provider.Marker{Release: "theirs", Commit: "c9"}})
			for err == nil && r.live().ID != theirs {
				time.Sleep(time.Second)
			}
			return err
		}
		s := carryOut(r.T, r.w, "run-2", []release.Step{r.order("c2", "serve")}, colleague, fails)
		exits(r.T, s, release.ExitNotPutBack)
		if got := r.live().ID; got != theirs {
			r.Errorf("%s serves, want their %s", got, theirs)
		}
		if f := s.Step("api").Undo.Fault; f == nil || !strings.Contains(f.Error(), "somebody else") {
			r.Errorf("got %v", f)
		}
	})
}

func TestRailway_doesNotRollBackTwice(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}), release.ExitDone)
		old := r.live()
		half := func(ctx context.Context) error { // a rollback that was cut off, and had come this far
			id, err := r.Rollback(ctx, "api", old, provider.Marker{})
			for err == nil && r.live().ID != id {
				time.Sleep(time.Second)
			}
			return err
		}
		exits(r.T, carryOut(r.T, r.w, "run-2", []release.Step{r.order("c2", "serve")}, half, fails), release.ExitSmokeFailed)
		all, err := r.Deployments(r.Context(), "api")
		if err != nil || len(all) != 3 || r.commit() != "c1" {
			r.Errorf("there are %d deployments, want the old one, ours, and the way back; it would report %q; %v", len(all), r.commit(), err)
		}
	})
}

func TestRailway_stopsABuildThatIsInterrupted(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}), release.ExitDone)
		s := r.order("c2", "serve")
		s.Inputs = []byte(strings.Replace(string(s.Inputs), `"build":"ok"`, `"build":"slow 5m"`, 1))
		p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: []release.Step{s}}
		actions, err := steps.Actions(r.w, p)
		if err != nil {
			r.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(r.Context())
		time.AfterFunc(30*time.Second, func() { cancel(engine.Signal("interrupt")) })
		state, err := engine.Run(ctx, p, actions, engine.Options{Run: "run-2", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}}})
		if err != nil {
			r.Fatal(err)
		}
		exits(r.T, state, release.ExitNotPutBack)
		time.Sleep(10 * time.Minute)
		if got := r.serves(); got != "api c1" || r.commit() != "c1" {
			r.Errorf("it serves %q, and would report %q", got, r.commit())
		}
	})
}
