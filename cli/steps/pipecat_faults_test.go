package steps_test

import (
	"slices"
	"strings"
	"testing"

	"readme/cli/box/fault"
	emulator "readme/cli/box/pipecat"
	"readme/cli/provider"
	"readme/cli/release"
)

// harmless are the faults that a release must outlive; after any other one it must have put back what was there.
func harmless() []string {
	return []string{
		emulator.FaultSlowRollout, emulator.FaultReadyOffTheOld, emulator.FaultThrottled, emulator.FaultNoopDeploy,
		emulator.FaultLegacyReady, emulator.FaultOldAnswers, emulator.FaultStaleRead, emulator.FaultLogsLate,
		emulator.FaultBuildSlow, emulator.FaultCachedBuild, emulator.FaultUploadURLExpired, emulator.FaultUploadRefused,
		fault.RateLimited, fault.RateLimitPage, fault.AnswerCut, fault.BodyCut, fault.GatewayTimeout, fault.SlowBody,
	}
}

// Whatever goes wrong, a bot is called released only when it serves, and otherwise what was there before does.
func TestBot_noFaultMakesAFalseVerdict(t *testing.T) {
	var kinds []fault.Kind
	onPipecat(t, func(p *atPipecat) { kinds = p.board().Kinds() })
	for _, kind := range kinds {
		switch {
		case kind.Name == emulator.FaultSuperseded, kind.Names == "secret set": // it has a test of its own; no set is written here
		case strings.Contains(kind.About, "session") || strings.Contains(kind.About, "start "): // those of checks
		case kind.Names == "operation":
			for _, op := range []string{"POST /v1/agents/readme", "GET /v1/agents/readme", "POST /v1/builds/upload-url"} {
				t.Run(kind.Name+" "+op, func(t *testing.T) { unlucky(t, fault.Fault{Name: kind.Name, Only: op, Times: 1}, op) })
			}
		case slices.Contains([]string{emulator.FaultLegacyReady, emulator.FaultOldAnswers, emulator.FaultStaleRead, emulator.FaultLogsLate}, kind.Name):
			t.Run(kind.Name, func(t *testing.T) { unlucky(t, fault.Fault{Name: kind.Name}, "") })
		default:
			t.Run(kind.Name, func(t *testing.T) { unlucky(t, fault.Fault{Name: kind.Name, Times: 1}, "") })
		}
	}
}

// unlucky releases two and then, with a fault, another one.
func unlucky(t *testing.T, f fault.Fault, op string) {
	t.Helper()
	onPipecat(t, func(p *atPipecat) {
		step := fromFiles(p, inItsFolder)
		exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step(botPy)}), release.ExitDone)
		one := p.live()
		two := step(botPy + "# two\n")
		if err := p.board().Set(f); err != nil {
			p.Fatal(err)
		}
		s := carryOut(p.T, p.w, "run-2", []release.Step{two})
		if on := p.board().On(); f.Times > 0 && len(on) > 0 {
			p.Errorf("it never happened: %v", on)
		}
		p.board().Clear("")
		now, released := p.live(), s.Exit() == release.ExitDone
		p.Logf("exit %d: %v", s.Exit(), s.Step("bot").Fault)
		if want := slices.Contains(harmless(), f.Name); op == "" && released != want {
			p.Errorf("exit %d: %v", s.Exit(), s.Step("bot").Fault)
		}
		if !released && s.Exit() != release.ExitStepFailed || released != (now.Build != one.Build) || now.State != provider.Live {
			p.Errorf("exit %d, and %s serves (%s), before it was %s; undo: %v", s.Exit(), now.Build, now.State, one.Build, s.Step("bot").Undo.Fault)
		}
	})
}

func TestBot_thatSomebodyElseHasReplacedIsLeftAlone(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		step := fromFiles(p, inItsFolder)
		exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step(botPy)}), release.ExitDone)
		if err := p.board().Set(fault.Fault{Name: emulator.FaultSuperseded, Times: 1}); err != nil {
			p.Fatal(err)
		}
		s := carryOut(p.T, p.w, "run-2", []release.Step{step(botPy + "# two\n")})
		exits(p.T, s, release.ExitNotPutBack)
		if f := s.Step("bot").Undo.Fault; f == nil || !strings.Contains(f.Detail, "somebody else has brought") {
			p.Errorf("got %+v", f)
		}
		if now := p.live(); now.Image != "somebody-else/bot:1" {
			p.Errorf("got %+v", now)
		}
	})
}
