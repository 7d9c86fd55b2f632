package steps_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// way is a rollback of one service: the runs on record, the newest first, and the one that is named.
type way struct {
	w    *steps.World
	d    spec.Deploy
	runs []*release.State
}

func (y way) plan(ctx context.Context, to string) (release.Plan, error) {
	rel, env := &spec.Release{Deploy: []spec.Deploy{y.d}}, spec.Environment{Name: "dev"}
	past, err := steps.ReadPast(ctx, y.w, steps.Question{Release: rel, Matrix: &spec.Matrix{}, Env: env}, steps.NewHistory(y.runs), to)
	if err != nil {
		return release.Plan{}, err
	}
	return plan.Rollback(rel, env, past)
}

// walk goes back, and puts the run on record.
func (y *way) walk(t *testing.T, run, to string) *release.State {
	t.Helper()
	p, err := y.plan(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	actions, err := steps.Actions(y.w, p)
	if err != nil {
		t.Fatal(err)
	}
	s, err := engine.Run(t.Context(), p, actions, engine.Options{Run: run, Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}}})
	if err != nil {
		t.Fatal(err)
	}
	y.runs = append([]*release.State{s}, y.runs...)
	return s
}

func (y *way) ran(s *release.State) { y.runs = append([]*release.State{s}, y.runs...) }

func TestRestore_goesBackAtRailwayAndForthByName(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		y := &way{w: r.w, d: spec.Deploy{Name: "api", Service: "api", To: "railway"}}
		for _, c := range []string{"1", "2"} {
			s := carryOut(r.T, r.w, "run-"+c, []release.Step{r.order("c"+c, "serve")})
			exits(r.T, s, release.ExitDone)
			y.ran(s)
		}
		second := r.live().ID
		s := y.walk(r.T, "run-3", "")
		exits(r.T, s, release.ExitDone)
		st := s.Step("api")
		if r.serves() != "api c1" || r.commit() != "c1" || st.Outputs["commit"] != "c1" || st.Outputs["deployment"] != r.live().ID {
			r.Errorf("it serves %q, would start as %q, and the step put out %v", r.serves(), r.commit(), st.Outputs)
		}
		if want := "live=" + second; st.Step.Precondition != want {
			r.Errorf("got %q, want %q", st.Step.Precondition, want)
		}
		if _, err := y.plan(r.Context(), ""); !errors.Is(err, steps.ErrNoPast) {
			r.Errorf("two rollbacks go back twice, and there is nothing older: got %v", err)
		}
		exits(r.T, y.walk(r.T, "run-4", "run-2"), release.ExitDone)
		if r.serves() != "api c2" {
			r.Errorf("it serves %q", r.serves())
		}
		if p, err := y.plan(r.Context(), "run-2"); err != nil || p.Steps[0].Change != release.ChangeNone {
			r.Errorf("it is there already: got %+v, %v", p.Steps, err)
		}
	})
}

// A release that failed has put the one before back, as a new deployment: that is what is live, and the way back begins there.
func TestRestore_countsWhatAnUndoHasPutBackAsWhatItWas(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		y := &way{w: r.w, d: spec.Deploy{Name: "api", Service: "api", To: "railway"}}
		for _, c := range []string{"1", "2"} {
			y.ran(carryOut(r.T, r.w, "run-"+c, []release.Step{r.order("c"+c, "serve")}))
		}
		second := r.live().ID
		s := carryOut(r.T, r.w, "run-3", []release.Step{r.order("c3", "serve")}, fails)
		exits(r.T, s, release.ExitSmokeFailed)
		y.ran(s)
		if r.live().ID == second || r.serves() != "api c2" {
			r.Fatalf("%s serves %q: the undo made no copy", r.live().ID, r.serves())
		}
		p, err := y.plan(r.Context(), "")
		if err != nil || steps.Goal(p) != "run-1" {
			r.Errorf("got %s (%v), want run-1", steps.Goal(p), err)
		}
	})
}

// What somebody has deployed by hand is no release: the way back from there is to the last one.
func TestRestore_goesBackFromAStrangersDeploymentToTheLastRelease(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		y := &way{w: r.w, d: spec.Deploy{Name: "api", Service: "api", To: "railway"}}
		for _, c := range []string{"1", "2"} {
			y.ran(carryOut(r.T, r.w, "run-"+c, []release.Step{r.order("c"+c, "serve")}))
		}
		carryOut(r.T, r.w, "by-hand", []release.Step{r.order("c3", "serve")}) // on nobody's record
		exits(r.T, y.walk(r.T, "run-4", ""), release.ExitDone)
		if r.serves() != "api c2" {
			r.Errorf("it serves %q", r.serves())
		}
	})
}

func TestRestore_isNotBegunWhereTheWorldHasMovedAndStaysWhereItFails(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		y := &way{w: r.w, d: spec.Deploy{Name: "api", Service: "api", To: "railway"}}
		for _, c := range []string{"1", "2"} {
			y.ran(carryOut(r.T, r.w, "run-"+c, []release.Step{r.order("c"+c, "serve")}))
		}
		p, err := y.plan(r.Context(), "")
		if err != nil {
			r.Fatal(err)
		}
		carryOut(r.T, r.w, "run-3", []release.Step{r.order("c3", "serve")})
		actions, err := steps.Actions(r.w, p)
		if err != nil {
			r.Fatal(err)
		}
		o := engine.Options{Run: "run-4", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}}}
		s, err := engine.Run(r.Context(), p, actions, o)
		if err != nil {
			r.Fatal(err)
		}
		exits(r.T, s, release.ExitStepFailed)
		if f := s.Step("api").Fault; f == nil || !strings.Contains(f.Title, "a world that has moved") || r.serves() != "api c3" {
			r.Errorf("it serves %q: %v", r.serves(), f)
		}
	})
}

// lost is a vendor that has forgotten what was live before.
type lost struct{ full }

func (lost) Returnable(context.Context, provider.Deployment) (string, error) {
	return "the vendor has lost it", nil
}

// stuck is a vendor without any way back.
type stuck struct{ *vendor }

func TestRestore_saysBeforehandWhatItsVendorCannotDo(t *testing.T) {
	for want, host := range map[string]func(*vendor) steps.Host{
		"api: the vendor has lost it":                            func(v *vendor) steps.Host { return lost{full{v}} },
		"api: its host has no way back to an earlier deployment": func(v *vendor) steps.Host { return stuck{v} },
	} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor("")
			w := &steps.World{Poll: time.Second, Hosts: map[string]steps.Host{"api": host(v)}}
			y := &way{w: w, d: spec.Deploy{Name: "api", To: "railway"}}
			for _, run := range []string{"run-1", "run-2"} {
				in := plan.DeployInputs{Name: "api", To: "railway", Commit: "c-" + run}
				y.ran(carryOut(t, w, run, []release.Step{step(t, release.KindDeploy, "api", "live="+v.live, in)}))
			}
			_, err := y.plan(t.Context(), "")
			f, ok := errors.AsType[*release.Fault](err)
			if !ok || f.Exit != release.ExitStepFailed || !slices.Equal(f.Evidence[0].Lines, []string{want}) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

// With its image gone, what Railway still has of it is built again.
func TestRestore_goesBackAtRailwayWithoutTheImage(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		y := &way{w: r.w, d: spec.Deploy{Name: "api", Service: "api", To: "railway"}}
		for _, c := range []string{"1", "2"} {
			y.ran(carryOut(r.T, r.w, "run-"+c, []release.Step{r.order("c"+c, "serve")}))
		}
		time.Sleep(100 * time.Hour)
		exits(r.T, y.walk(r.T, "run-3", ""), release.ExitDone)
		if r.serves() != "api c1" {
			r.Errorf("it serves %q", r.serves())
		}
	})
}

func TestRestore_givesTheDomainBackAtVercel(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		y := &way{w: v.w, d: spec.Deploy{Name: "client", To: "vercel", Promote: "after-smoke"}}
		for _, page := range []string{"one", "two"} {
			s := carryOut(v.T, v.w, "run-"+page, v.order(page))
			exits(v.T, s, release.ExitDone)
			y.ran(s)
		}
		first := y.runs[1].Step("client").Outputs["deployment"]
		s := y.walk(v.T, "run-3", "")
		exits(v.T, s, release.ExitDone)
		domain, _ := v.Domain(v.Context())
		if out := s.Step("client").Outputs; v.serving() != first || v.page() != "one hello" || out["url"] != domain || out["commit"] != "c-one" {
			v.Errorf("%s serves %q, and the step put out %v", v.serving(), v.page(), out)
		}
		if text := s.Step("client").Text; !strings.Contains(text, "serves "+first+" again") || !strings.Contains(text, "no longer gives the domain") {
			v.Errorf("the step says %q", text)
		}
	})
}

func TestRestore_putsTheEarlierImageBackAtPipecat(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		y := &way{w: p.w, d: spec.Deploy{Name: "bot", To: "pipecat"}}
		for _, tag := range []string{"1", "2"} {
			s := carryOut(p.T, p.w, "run-"+tag, []release.Step{p.order(tag)})
			exits(p.T, s, release.ExitDone)
			y.ran(s)
		}
		exits(p.T, y.walk(p.T, "run-3", ""), release.ExitDone)
		if d := p.live(); d.Image != "readme/bot:1" {
			p.Errorf("got %+v", d)
		}
		exits(p.T, y.walk(p.T, "run-4", "run-2"), release.ExitDone)
		if d := p.live(); d.Image != "readme/bot:2" {
			p.Errorf("got %+v", d)
		}
	})
}
