package steps_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
	"readme/cli/steps"
)

const root = "services/client"

// ofCommits is an emulator whose project is connected to a repository.
func ofCommits(f *boxtest.Forge) func(*emulator.Config, *vercel.Options) {
	f.Name = "ada/readme"
	return func(c *emulator.Config, o *vercel.Options) {
		c.Forge = f
		c.Projects[0].Repo, c.Projects[0].Root = f.Name, root
		o.Root = root
	}
}

// commit is the two steps that bring a commit with this page.
func (v *atVercel) commit(f *boxtest.Forge, page string) []release.Step {
	v.Helper()
	sha := f.Push("main", page, map[string]string{root + "/page.txt": page, root + "/package.json": "{}"})
	was := "live=" + v.serving()
	return []release.Step{
		step(v.T, release.KindDeploy, "client", was, plan.DeployInputs{
			To: "vercel", Name: "client", Source: "commit", Repo: f.Name, Branch: "main", Commit: sha, Tree: "t-" + page, Staged: true,
		}),
		step(v.T, release.KindPromote, "promote client", was, plan.PromoteInputs{Name: "client", To: "vercel"}),
	}
}

func (v *atVercel) strike(name string) {
	v.Helper()
	if err := v.emu.Faults().Set(fault.Fault{Name: name, Times: 1}); err != nil {
		v.Fatal(err)
	}
}

func TestVercel_bringsACommitAndGoesBackToTheOneBefore(t *testing.T) {
	f := &boxtest.Forge{}
	onVercelWith(t, ofCommits(f), func(v *atVercel) {
		exits(v.T, carryOut(v.T, v.w, "run-1", v.commit(f, "one")), release.ExitDone)
		old := v.serving()
		if v.page() != "one hello" {
			v.Errorf("the domain shows %q", v.page())
		}
		v.strike(emulator.GitLate)
		s := carryOut(v.T, v.w, "run-2", v.commit(f, "two"), fails)
		exits(v.T, s, release.ExitSmokeFailed)
		if v.serving() != old || v.page() != "one hello" {
			v.Errorf("%s serves %q, want %s", v.serving(), v.page(), old)
		}
		if kept := s.Step("promote client").Undo.Kept; !strings.Contains(kept, "no longer gives the domain to new deployments by itself") {
			v.Errorf("nobody is told of the freeze: %q", kept)
		}
		s = carryOut(v.T, v.w, "run-3", v.commit(f, "three"))
		exits(v.T, s, release.ExitDone)
		if text := s.Step("promote client").Text; strings.Contains(text, "no longer") {
			v.Errorf("the promote has ended the freeze, and the step says %q", text)
		}
	})
}

func TestVercel_bringsWhatIsKeptOffTheDomainSinceARollback(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
		exits(v.T, carryOut(v.T, v.w, "run-2", v.order("two"), fails), release.ExitSmokeFailed)
		order := v.order("three")[:1]
		hash := archive(v.T, v.w, map[string]string{"./page.txt": "three", "./package.json": "{}"})
		order[0] = step(v.T, release.KindDeploy, "client", order[0].Precondition, plan.DeployInputs{
			To: "vercel", Name: "client", Archive: hash, Commit: "c-three", Tree: "t-three",
		})
		s := carryOut(v.T, v.w, "run-3", order)
		exits(v.T, s, release.ExitDone)
		if v.page() != "three hello" || !strings.HasPrefix(s.Step("client").Text, "live: ") {
			v.Errorf("the domain shows %q, and the step says %q", v.page(), s.Step("client").Text)
		}
	})
}

func TestVercel_aPromoteThatIsCutOffDoesNotLandAfterTheUndo(t *testing.T) {
	for _, late := range []bool{false, true} {
		onVercel(t, func(v *atVercel) {
			exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
			old := v.serving()
			if late {
				v.strike(emulator.PromoteLate)
			}
			order := v.order("two")
			order[1].Deadline = 2 * time.Second // it is cut off while Vercel is at it
			exits(v.T, carryOut(v.T, v.w, "run-2", order), release.ExitStepFailed)
			time.Sleep(10 * time.Minute)
			if v.serving() != old || v.page() != "one hello" {
				v.Errorf("late %v: ten minutes after the release was put back, %s serves %q, want %s", late, v.serving(), v.page(), old)
			}
		})
	}
}

// A promote cannot be called back: it lands, and whoever resumes finds it there.
func TestVercel_aPromoteThatIsInterruptedIsFoundByTheDomain(t *testing.T) {
	for _, late := range []bool{false, true} {
		onVercel(t, func(v *atVercel) {
			exits(v.T, carryOut(v.T, v.w, "run-1", v.order("one")), release.ExitDone)
			if late {
				v.strike(emulator.PromoteLate)
			}
			p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: v.order("two")}
			p.Steps[1].Needs = []string{"client"}
			ctx, cancel := context.WithCancelCause(v.Context())
			record := &promoting{then: func() { time.AfterFunc(2*time.Second, func() { cancel(engine.Signal("terminated")) }) }}
			o := engine.Options{Run: "run-2", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{record}}
			run := func(ctx context.Context, w *steps.World) *release.State {
				actions, err := steps.Actions(w, p)
				if err != nil {
					v.Fatal(err)
				}
				s, err := engine.Run(ctx, p, actions, o)
				if err != nil {
					v.Fatal(err)
				}
				return s
			}
			if s := run(ctx, v.w); s.Verdict() != release.Paused {
				v.Errorf("late %v: got %s", late, s.Verdict())
			}
			asked := &death{}
			w, closeAll := v.open(func(to http.RoundTripper) http.RoundTripper { return promotes{asked, to} })
			defer closeAll()
			o.Resume = record.events
			s := run(v.Context(), w)
			exits(v.T, s, release.ExitDone)
			if asked.seen != 0 || v.page() != "two hello" || s.Step("promote client").Outputs["deployment"] != v.serving() {
				v.Errorf("late %v: promoted %d times more, and the domain shows %q", late, asked.seen, v.page())
			}
		})
	}
}

// promotes counts the promotes that are asked for.
type promotes struct {
	*death
	to http.RoundTripper
}

func (p promotes) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/promote/") {
		p.next()
	}
	return p.to.RoundTrip(r)
}

// promoting keeps the record, and calls then when the promote has put its intent on it.
type promoting struct {
	then   func()
	events []release.Event
}

func (p *promoting) Write(events []release.Event) error {
	p.events = append(p.events, events...)
	for _, e := range events {
		if e.Step == "promote client" && strings.HasPrefix(e.Body.String(), "promote dpl_") {
			p.then()
		}
	}
	return nil
}

func TestVercel_makesTheProjectThatIsMissing(t *testing.T) {
	f := &boxtest.Forge{}
	change := func(c *emulator.Config, o *vercel.Options) {
		ofCommits(f)(c, o)
		o.Project, o.Bypass = "readme-dev", release.NewSecret("0123456789abcdef0123456789abcdef")
	}
	onVercelWith(t, change, func(v *atVercel) {
		h := v.w.Hosts["client"]
		missing, err := h.(steps.Maker).Missing(v.Context())
		if err != nil || strings.Join(missing, "; ") != "project readme-dev (in the token's personal account)" {
			v.Fatalf("missing is %q, %v", missing, err)
		}
		v.w.Values = map[string]release.Secret{"GREETING": release.NewSecret("welcome"), "KEY": release.NewSecret("hunter2")}
		v.w.Plain = map[string]bool{"GREETING": true}
		order := v.commit(f, "one")
		in := plan.DeployInputs{
			To: "vercel", Name: "client", Source: "commit", Repo: f.Name, Branch: "main", Commit: f.Push("main", "two", map[string]string{root + "/page.txt": "two"}),
			Staged: true, Make: missing, Variables: []string{"GREETING", "KEY"},
		}
		order[0] = step(v.T, release.KindDeploy, "client", "live=", in)
		exits(v.T, carryOut(v.T, v.w, "run-1", order), release.ExitDone)
		if v.page() != "two welcome" {
			v.Errorf("the domain shows %q", v.page())
		}
		vars, err := v.ListVariables(v.Context())
		told := map[string]string{}
		for _, one := range vars {
			told[one.Name] = fmt.Sprint(one.Readable, " ", one.Value.Reveal())
		}
		if err != nil || told["GREETING"] != "true welcome" || told["KEY"] != "false " {
			v.Errorf("the variables are read as %v, %v", told, err)
		}
		warnings, err := h.(steps.Warner).Warnings(v.Context())
		if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "deploys each push to main of ada/readme by itself") {
			v.Errorf("warned of %q, %v", warnings, err)
		}
		for _, x := range h.(steps.Examiner).Examine(v.Context()) {
			if x.Mood == provider.Bad {
				v.Errorf("doctor finds %+v", x)
			}
		}
	})
}
