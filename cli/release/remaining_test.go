package release_test

import (
	"testing"
	"time"

	"readme/cli/release"
)

// paced is a run of five steps: two beside each other, one after both, one that is unchanged, and a cleanup.
func paced(more ...release.Event) *release.State {
	step := func(id string, kind release.Kind, estimate time.Duration, needs ...string) release.Step {
		return release.Step{ID: id, Kind: kind, Change: release.ChangeRun, Estimate: estimate, Needs: needs, Deadline: 20 * time.Minute}
	}
	still := step("bot", release.KindDeploy, time.Hour)
	still.Change = release.ChangeNone
	plan := release.Plan{Steps: []release.Step{
		step("api", release.KindDeploy, 40*time.Second), step("worker", release.KindDeploy, 70*time.Second), still,
		step("healthy", release.KindCheck, 5*time.Second, "api", "worker", "bot"), step("remove", release.KindCleanup, time.Second, "healthy"),
	}}
	return release.Fold(append([]release.Event{{Seq: 1, At: start, Body: release.RunStarted{Plan: plan}}}, more...))
}

var start = time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC)

func TestRemaining_isTheLongestPathOverWhatHasNotEnded(t *testing.T) {
	begun := []release.Event{{At: start, Step: "api", Body: release.StepStarted{}}, {At: start, Step: "worker", Body: release.StepStarted{}}}
	done := func(id string) release.Event { return release.Event{At: start, Step: id, Body: release.StepDone{}} }
	for name, c := range map[string]struct {
		state *release.State
		after time.Duration
		want  time.Duration
		text  string
	}{
		"nothing has begun":                {paced(), time.Hour, 76 * time.Second, "0 of 4 steps over, about 1m16s left"},
		"both are at work":                 {paced(begun...), 30 * time.Second, 46 * time.Second, "0 of 4 steps over, about 46.0s left"},
		"the longer one has ended":         {paced(append(begun, done("worker"))...), 30 * time.Second, 16 * time.Second, "1 of 4 steps over, about 16.0s left"},
		"they take longer than usual":      {paced(begun...), 5 * time.Minute, 6 * time.Second, "0 of 4 steps over, about 6.0s left"},
		"only the cleanup is left":         {paced(done("api"), done("worker"), done("healthy")), 0, time.Second, "3 of 4 steps over, about 1.0s left"},
		"the clock has gone back":          {paced(begun...), -time.Minute, 136 * time.Second, "0 of 4 steps over, about 2m16s left"},
		"it is stopping":                   {paced(release.Event{Body: release.RunStopping{Why: "x"}}), 0, 0, "0 of 4 steps over"},
		"everything is over but the run":   {paced(done("api"), done("worker"), done("healthy"), done("remove")), 0, 0, "4 of 4 steps over"},
		"the run is over":                  {paced(release.Event{Body: release.RunDone{}}), 0, 0, "0 of 4 steps over"},
		"nothing is known of a run at all": {release.Fold(nil), 0, 0, "0 of 0 steps over"},
	} {
		now := start.Add(c.after)
		if got, _ := c.state.Remaining(now); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		if got := c.state.Progress(now); got != c.text {
			t.Errorf("%s: got %q, want %q", name, got, c.text)
		}
	}
}

func TestRemaining_isAtLeastWhatIsKnown(t *testing.T) {
	s := paced()
	s.Step("worker").Step.Estimate = 0
	if left, all := s.Remaining(start); left != 46*time.Second || all {
		t.Errorf("got %s, %t", left, all)
	}
	if got := s.Left(start); got != "at least 46.0s left" {
		t.Errorf("got %q", got)
	}
}

func TestExpected_saysHowLongAStepUsuallyTakesAndMay(t *testing.T) {
	for want, s := range map[string]release.Step{
		"usually 40.0s, at most 20m00s": {Estimate: 40 * time.Second, Deadline: 20 * time.Minute},
		"at most 20m00s":                {Deadline: 20 * time.Minute},
		"usually 1m10s":                 {Estimate: 70 * time.Second},
		"":                              {},
	} {
		if got := s.Expected(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
