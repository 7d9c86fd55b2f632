package steps_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	emulator "readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider/vercel"
	"readme/cli/release"
	"readme/cli/steps"
)

// atVercel is the service client at an emulated Vercel.
type atVercel struct {
	*testing.T
	*vercel.Client
	w    *steps.World
	net  *boxtest.Net
	host *boxtest.Host
	emu  *emulator.Emulator
}

func onVercel(t *testing.T, f func(v *atVercel)) {
	t.Helper()
	onVercelWith(t, func(*emulator.Config, *vercel.Options) {}, f)
}

// onVercelWith is onVercel for another emulator, or another client of it.
func onVercelWith(t *testing.T, change func(*emulator.Config, *vercel.Options), f func(v *atVercel)) {
	t.Helper()
	dir := folder(t)
	synctest.Test(t, func(t *testing.T) {
		n := boxtest.NewNet()
		v := &atVercel{T: t, net: n, host: &boxtest.Host{Net: n, BuildTime: 40 * time.Second}}
		cfg := emulator.Config{
			Dir: filepath.Join(dir, "vercel"), Token: "token",
			Projects: []emulator.Project{{Name: "readme", Env: map[string]string{"GREETING": "hello"}}},
			// Never at the very instant of a client's poll: which of the two comes first would be a race, and with it how
			// many requests there are.
			Host: v.host, Edge: n.Edge, Dial: n.DialContext, Pace: 2*time.Second - 7*time.Millisecond,
		}
		o := vercel.Options{Base: "http://api.box", Token: release.NewSecret("token"), Project: "readme"}
		change(&cfg, &o)
		em, err := emulator.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		stop, err := n.Serve("api.box:80", em.Handler())
		if err != nil {
			t.Fatal(err)
		}
		tr := n.Transport()
		v.emu, o.Transport = em, tr
		if v.Client, err = vercel.New(o); err != nil {
			t.Fatal(err)
		}
		v.w = &steps.World{Archives: filepath.Join(dir, "archives"), Poll: time.Second, Hosts: map[string]steps.Host{"client": steps.OnVercel(v.Client)}}
		if err := os.Mkdir(v.w.Archives, 0o700); err != nil {
			t.Fatal(err)
		}
		f(v)
		tr.CloseIdleConnections()
		v.Close()
		stop()
		em.Close(context.WithoutCancel(t.Context()))
		left, _ := filepath.Glob(filepath.Join(v.w.Archives, "*.files"))
		if v.host.Running() != 0 || len(left) != 0 {
			t.Errorf("left are %d processes and %v", v.host.Running(), left)
		}
	})
}

func (v *atVercel) serving() string {
	v.Helper()
	d, err := v.Live(v.Context())
	if err != nil {
		v.Fatal(err)
	}
	return d.ID
}

// order is the two steps that bring a page and put it on the domain.
func (v *atVercel) order(page string) []release.Step {
	v.Helper()
	return v.orderOf(page, map[string]string{"./page.txt": page, "./package.json": "{}", "./app/page.tsx": "x"})
}

func (v *atVercel) orderOf(page string, files map[string]string) []release.Step {
	v.Helper()
	hash := archive(v.T, v.w, files)
	was := "live=" + v.serving()
	return []release.Step{
		step(v.T, release.KindDeploy, "client", was, plan.DeployInputs{
			To: "vercel", Name: "client", Archive: hash, Commit: "c-" + page, Tree: "t-" + page, Staged: true,
		}),
		step(v.T, release.KindPromote, "promote client", was, plan.PromoteInputs{Name: "client", To: "vercel"}),
	}
}

// page is what the domain shows.
func (v *atVercel) page() string {
	v.Helper()
	domain, err := v.Domain(v.Context())
	if err != nil {
		v.Fatal(err)
	}
	return v.get(domain)
}

func (v *atVercel) get(url string) string {
	v.Helper()
	tr := v.net.Transport()
	tr.DisableKeepAlives = true
	resp, err := (&http.Client{Transport: tr}).Get(url + "/")
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return strings.TrimSpace(string(body))
}

func TestPromote_putsWhatWasStagedOnTheDomain(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		v.serving()
		var staged, before string
		s := carryOut(v.T, v.w, "run-1", v.order("one")[:1], func(context.Context) error {
			before = v.serving()
			return nil
		})
		exits(v.T, s, release.ExitDone)
		staged = s.Step("client").Outputs["url"]
		if before != "" || v.get(staged) != "one hello" {
			v.Errorf("%q is on the domain, and %s shows %q", before, staged, v.get(staged))
		}
		s = carryOut(v.T, v.w, "run-2", v.order("two"))
		exits(v.T, s, release.ExitDone)
		out := s.Step("promote client").Outputs
		if domain, _ := v.Domain(v.Context()); out["url"] != domain || out["deployment"] != v.serving() || out["commit"] != "c-two" || v.page() != "two hello" {
			v.Errorf("got %v, and the domain shows %q", out, v.page())
		}
	})
}

func TestPromote_isPutBack(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one"), fails), release.ExitSmokeFailed)
		if got := v.serving(); got != "" {
			v.Errorf("nothing was on the domain before, and now %s is", got)
		}
		exits(v.T, carryOut(v.T, v.w, "run-2", v.order("one")), release.ExitDone)
		old := v.serving()
		exits(v.T, carryOut(v.T, v.w, "run-3", v.order("two"), fails), release.ExitSmokeFailed)
		if got := v.serving(); got != old || v.page() != "one hello" {
			v.Errorf("%s serves %q, want %s", got, v.page(), old)
		}
	})
}

func TestPromote_refusesADomainThatHasMoved(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
		order := v.order("two")
		order[1].Precondition = "live=dpl_old"
		old := v.serving()
		exits(v.T, carryOut(v.T, v.w, "run-2", order), release.ExitStepFailed)
		if got := v.serving(); got != old {
			v.Errorf("%s serves, want %s", got, old)
		}
	})
}

func TestPromote_leavesSomebodyElsesDeploymentOnTheDomain(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		theirs := ""
		colleague := func(context.Context) error {
			s := carryOut(v.T, v.w, "theirs", v.order("three"))
			theirs = s.Step("promote client").Outputs["deployment"]
			return nil
		}
		exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one"), colleague, fails), release.ExitNotPutBack)
		if got := v.serving(); got != theirs || theirs == "" {
			v.Errorf("%q serves, want their %q", got, theirs)
		}
	})
}

func TestVercel_stopsAStagedBuildThatIsInterrupted(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: v.order("one")[:1]}
		actions, err := steps.Actions(v.w, p)
		if err != nil {
			v.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(v.Context())
		time.AfterFunc(20*time.Second, func() { cancel(engine.Signal("terminated")) })
		s, err := engine.Run(ctx, p, actions, engine.Options{Run: "run-1", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}}})
		if err != nil {
			v.Fatal(err)
		}
		exits(v.T, s, release.ExitNotPutBack)
		time.Sleep(5 * time.Minute)
		if n := v.host.Builds(); n != 0 {
			v.Errorf("%d builds went on after the release had ended", n)
		}
	})
}

func TestVercel_showsWhyABuildFailed(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		order := v.orderOf("one", map[string]string{"./page.txt": "one", "./package.json": "{}", "./broken": "type error in line 3"})
		s := carryOut(v.T, v.w, "run-1", order)
		exits(v.T, s, release.ExitStepFailed)
		f := s.Step("client").Fault
		found := false
		for _, e := range f.Evidence {
			found = found || strings.Contains(strings.Join(e.Lines, "\n"), "type error in line 3")
		}
		if !found {
			v.Errorf("the cause is not in %+v", f)
		}
	})
}
