package steps_test

import (
	"context"
	"crypto/md5"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/pipecat"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

const dockerfile = "FROM dailyco/pipecat-base:0.1.27-py3.12\nCOPY bot.py ./\n"

// fromFiles makes p a bot that is built from its files, in a project of its own, and gives the plan's step of a bot.py.
func fromFiles(p *atPipecat, toml string) (step func(bot string) release.Step) {
	p.Helper()
	p.w.Dir, p.w.Archives = p.TempDir(), p.TempDir()
	write := func(name, text string) {
		file := filepath.Join(p.w.Dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			p.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			p.Fatal(err)
		}
	}
	write("services/bot/pcc-deploy.toml", toml)
	d := spec.Deploy{Name: "bot", To: "pipecat", Config: "services/bot/pcc-deploy.toml"}
	return func(bot string) release.Step {
		p.Helper()
		q := question(d, "")
		q.Subject.Context = func(root string, exclude []string) (string, int, error) {
			if root != "services/bot" || len(exclude) == 0 {
				p.Errorf("the context is %q without %q", root, exclude)
			}
			return archive(p.T, p.w, map[string]string{"./Dockerfile": dockerfile, "./bot.py": bot}), 2, nil
		}
		s := planned(p.T, p.w, q)
		s.Deadline = 20 * time.Minute
		return s
	}
}

const botPy = "async def bot(args):\n    pass\n"

const inItsFolder = "secret_set = \"readme-bot\"\n[scaling]\nmax_agents = 5\n"

func TestBot_isBuiltWhenItsFilesHaveChangedAndNotElse(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		step := fromFiles(p, inItsFolder)
		first := step(botPy)
		says(p.T, first, release.ChangeCreate, "nothing is live yet")
		if lines := strings.Join(first.Lines, "\n"); !strings.Contains(lines, "+ agent readme") {
			p.Errorf("the plan shows %q, want the agent that is made", lines)
		}
		if !strings.Contains(first.To, "c-") {
			p.Errorf("the plan shows %q, want the commit", first.To)
		}
		s := carryOut(p.T, p.w, "run-1", []release.Step{first})
		exits(p.T, s, release.ExitDone)
		one := p.live()
		if one.Build == "" || one.Image != "" || one.State != provider.Live {
			p.Fatalf("got %+v", one)
		}
		says(p.T, step(botPy), release.ChangeNone, "is of the very same files")

		two := step(botPy + "# two\n")
		says(p.T, two, release.ChangeUpdate, "its files have changed")
		if want := "build " + one.Build[:8]; two.From != want || two.Undo != "back to "+want {
			p.Errorf("the plan shows from %q, undo %q, want %q", two.From, two.Undo, want)
		}
		exits(p.T, carryOut(p.T, p.w, "run-2", []release.Step{two}), release.ExitDone)
		if now := p.live(); now.Build == one.Build || now.Build == "" {
			p.Errorf("got %+v", now)
		}

		// What was built before is deployed, and not built again.
		back := step(botPy)
		says(p.T, back, release.ChangeUpdate, "its files have changed")
		p.board().Set(fault.Fault{Name: emulator.FaultBuildFails})
		exits(p.T, carryOut(p.T, p.w, "run-3", []release.Step{back}), release.ExitDone)
		if now := p.live(); now.Build != one.Build || now.ID == one.ID {
			p.Errorf("got %+v, want build %s", now, one.Build)
		}
		lines, err := p.host.(steps.Logs).BuildLogs(p.Context(), p.live().ID)
		if err != nil || len(lines) == 0 {
			p.Errorf("the log of its build: %v, %v", lines, err)
		}
	})
}

func (p *atPipecat) board() *fault.Board { return p.cloud.Faults() }

func TestBot_goesBackToTheBuildBefore(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		step := fromFiles(p, inItsFolder)
		exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step(botPy)}), release.ExitDone)
		one := p.live()
		toml := filepath.Join(p.w.Dir, "services/bot/pcc-deploy.toml")
		if err := os.WriteFile(toml, []byte(inItsFolder+"min_agents = 2\n"), 0o600); err != nil {
			p.Fatal(err)
		}
		scaled := step(botPy)
		says(p.T, scaled, release.ChangeUpdate, "its settings differ")
		for run, files := range map[string]string{"run-2": botPy, "run-3": botPy + "# three\n"} {
			exits(p.T, carryOut(p.T, p.w, run, []release.Step{step(files)}, fails), release.ExitSmokeFailed)
			now := p.live()
			if now.Build != one.Build || now.State != provider.Live || now.Settings != one.Settings {
				p.Errorf("%s: got %+v, want %+v", run, now, one)
			}
		}
	})
}

func TestBot_thatCannotBeBuiltChangesNothing(t *testing.T) {
	for name, says := range map[string]string{
		emulator.FaultBuildFails: "did not complete successfully", emulator.FaultBuildTimeout: "longer than the vendor allows",
		emulator.FaultBuildStuck: "may still end", emulator.FaultUploadRefused: "HTTP 403",
	} {
		t.Run(name, func(t *testing.T) {
			onPipecat(t, func(p *atPipecat) {
				step := fromFiles(p, inItsFolder)
				exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step(botPy)}), release.ExitDone)
				one := p.live()
				if err := p.board().Set(fault.Fault{Name: name}); err != nil {
					p.Fatal(err)
				}
				s := carryOut(p.T, p.w, "run-2", []release.Step{step(botPy + "# two\n")})
				exits(p.T, s, release.ExitStepFailed)
				f := s.Step("bot").Fault
				if f == nil || !strings.Contains(f.Detail, says) || len(f.Evidence) == 0 {
					p.Errorf("got %+v", f)
				}
				if now := p.live(); now.ID != one.ID {
					p.Errorf("%s serves, not %s", now.ID, one.ID)
				}
			})
		})
	}
}

func TestBot_outlivesABadDayOfTheBuilder(t *testing.T) {
	for name, f := range map[string]fault.Fault{
		"slow":    {Name: emulator.FaultBuildSlow, For: 8 * time.Minute},
		"expired": {Name: emulator.FaultUploadURLExpired, Times: 1},
		"cached":  {Name: emulator.FaultCachedBuild},
		"stale":   {Name: emulator.FaultStaleRead, For: 3 * time.Second},
		"noop":    {Name: emulator.FaultNoopDeploy, Times: 1},
		"cut":     {Name: fault.AnswerCut, Only: "POST /v1/builds", Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			onPipecat(t, func(p *atPipecat) {
				step := fromFiles(p, inItsFolder)
				exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step(botPy)}), release.ExitDone)
				if err := p.board().Set(f); err != nil {
					p.Fatal(err)
				}
				one := p.live()
				s := carryOut(p.T, p.w, "run-2", []release.Step{step(botPy + "# two\n")})
				exits(p.T, s, release.ExitDone)
				if now := p.live(); now.Build == one.Build || now.ID == one.ID || now.State != provider.Live {
					p.Errorf("got %+v", now)
				}
				if on := p.board().On(); f.Times > 0 && len(on) > 0 {
					p.Errorf("it never happened: %v", on)
				}
			})
		})
	}
}

// A tag may mean something else each time, so each release brings it, and none can bring the one before back.
func TestBot_withATagThatMovesIsBroughtEachTime(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		step := fromFiles(p, "image = \"readme/bot:latest\"\nsecret_set = \"readme-bot\"\n")
		exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step("")}), release.ExitDone)
		one := p.live()
		again := step("")
		says(p.T, again, release.ChangeUpdate, "its tag may have been pushed again")
		exits(p.T, carryOut(p.T, p.w, "run-2", []release.Step{again}), release.ExitDone)
		two := p.live()
		if two.ID == one.ID {
			p.Error("nothing was rolled")
		}
		s := carryOut(p.T, p.w, "run-3", []release.Step{step("")}, fails)
		exits(p.T, s, release.ExitNotPutBack)
		if f := s.Step("bot").Undo.Fault; f == nil || !strings.Contains(f.Detail, "was pushed over") {
			p.Errorf("got %+v", f)
		}
	})
}

func TestBot_isSentAsItWasPlannedOrNotAtAll(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		one := fromFiles(p, inItsFolder)(botPy)
		in := map[string]string{"./Dockerfile": dockerfile, "./bot.py": botPy}
		other := railwaytest.Archive(map[string]string{"./Dockerfile": dockerfile, "./bot.py": "something else"})
		if err := os.WriteFile(filepath.Join(p.w.Archives, hashOf(in)+".tar.gz"), other, 0o600); err != nil {
			p.Fatal(err)
		}
		s := carryOut(p.T, p.w, "run-1", []release.Step{one})
		exits(p.T, s, release.ExitStepFailed)
		if f := s.Step("bot").Fault; f == nil || !strings.Contains(f.Title, "are not here any more") || p.live().ID != "" {
			p.Errorf("got %+v", f)
		}
	})
}

// A build that the vendor's own action has made bears another name, of the same files.
func TestBot_thatTheVendorsActionHasBuiltIsUnchanged(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		step := fromFiles(p, inItsFolder)
		exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step(botPy)}), release.ExitDone)
		raw, err := os.ReadFile(filepath.Join(p.w.Archives, hashOf(map[string]string{"./Dockerfile": dockerfile, "./bot.py": botPy})+".tar.gz"))
		if err != nil {
			p.Fatal(err)
		}
		for name, c := range map[string]struct {
			hash   string
			change release.Change
		}{
			"by the action": {fmt.Sprintf("%x", md5.Sum(append(raw, "\x00dockerfile:Dockerfile"...)))[:16], release.ChangeNone},
			"of others":     {"0123456789abcdef", release.ChangeUpdate},
			"of nobody":     {"", release.ChangeUpdate},
		} {
			p.w.Hosts["bot"] = renamed{p.host, c.hash}
			if s := step(botPy); s.Change != c.change {
				p.Errorf("%s: %s (%s), want %s", name, s.Change, s.Why, c.change)
			}
		}
	})
}

// renamed is a bot whose vendor gives the context of every build this name.
type renamed struct {
	steps.Host
	hash string
}

func (r renamed) BuiltFrom(context.Context, string) (string, error) { return r.hash, nil }

func (r renamed) Agent(ctx context.Context) (pipecat.Config, bool, error) {
	return r.Host.(interface {
		Agent(ctx context.Context) (pipecat.Config, bool, error)
	}).Agent(ctx)
}
