package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/notify"
	"readme/cli/release"
	"readme/cli/spec"
)

func plan() release.Plan {
	return release.Plan{
		Project: "readme", Env: "prod", Commit: release.Commit{SHA: "1a2b3c4d5e6f708192a3b4c5d6e7f80912345678"},
		Steps: []release.Step{
			{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate},
			{ID: "worker", Kind: release.KindDeploy, Change: release.ChangeUpdate},
			{ID: "healthy", Kind: release.KindCheck, Change: release.ChangeRun},
		},
	}
}

// run folds what happened after the plan was approved. A text names the step of the next body.
func run(p release.Plan, happened ...any) *release.State {
	bodies := append([]any{
		release.RunStarted{Plan: p, By: "ada@laptop", CI: "https://ci.example/runs/7?a=1&b=2"},
		release.Approved{By: "ada@laptop"},
	}, happened...)
	var events []release.Event
	step := ""
	for _, b := range bodies {
		if id, ok := b.(string); ok {
			step = id
			continue
		}
		n := len(events)
		events = append(events, release.Event{Seq: int64(n + 1), At: time.Unix(int64(n), 0).UTC(), Run: "20261122-153000-1a2b3c", Step: step, Body: b.(release.Body)})
		step = ""
	}
	return release.Fold(events)
}

var (
	ok     = release.StepDone{}
	undone = release.StepDone{Undo: true}
	fault  = release.Fault{Title: "the container exited with 1", Detail: "it was started\n3 times", Try: "readme-ops status"}
	failed = release.StepFailed{Fault: fault}
	stop   = release.RunStopping{Why: "worker failed"}
	over   = release.RunDone{}
)

func TestRun_tellsHowItEnded(t *testing.T) {
	t.Parallel()
	const first = "run 20261122-153000-1a2b3c, by ada@laptop"
	back := plan()
	back.Purpose = release.Rollback
	for name, c := range map[string]struct {
		state *release.State
		want  notify.Message
	}{
		"released": {
			run(plan(), "api", ok, "worker", ok, "healthy", ok, over),
			notify.Message{Kind: notify.Released, Title: "released readme@1a2b3c4 to prod in 5.0s", Lines: []string{first}},
		},
		"put back": {
			run(plan(), "api", ok, "worker", failed, stop, release.RollbackStarted{}, "api", undone, over),
			notify.Message{
				Kind: notify.RolledBack, Title: "did not release readme@1a2b3c4 to prod: what it changed was put back (7.0s)",
				Lines: []string{first, "worker: the container exited with 1: it was started 3 times"}, Next: "readme-ops status --env prod",
			},
		},
		"not put back": {
			run(plan(), "api", ok, "worker", failed, "healthy", failed, stop, release.RollbackStarted{}, "api", release.StepFailed{Undo: true, Fault: release.Fault{Title: "it is gone"}}, over),
			notify.Message{
				Kind: notify.Failed, Title: "did not release readme@1a2b3c4 to prod: NOT everything was put back, a person is needed (8.0s)",
				Lines: []string{first, "worker: the container exited with 1: it was started 3 times", "and 1 more failed", "NOT put back: api: it is gone"},
				Next:  "readme-ops status --env prod", Urgent: true,
			},
		},
		"stopped before it changed anything": {
			run(plan(), "worker", failed, stop, over),
			notify.Message{
				Kind: notify.Failed, Title: "did not release readme@1a2b3c4 to prod: nothing was changed (4.0s)",
				Lines: []string{first, "worker: the container exited with 1: it was started 3 times"}, Next: "readme-ops status --env prod",
			},
		},
		"paused": {
			run(plan(), "api", ok, release.RunPaused{Why: "the database is away"}),
			notify.Message{
				Kind: notify.Paused, Title: "the release of readme@1a2b3c4 to prod is paused: the database is away; readme-ops resume continues it (3.0s)",
				Lines: []string{first}, Next: "readme-ops resume --env prod", Urgent: true,
			},
		},
		"broken off": {
			run(plan(), "api", ok),
			notify.Message{
				Kind: notify.Failed, Title: "the release of readme@1a2b3c4 to prod has not ended",
				Lines: []string{first}, Next: "readme-ops show 20261122-153000-1a2b3c", Urgent: true,
			},
		},
		"past the gates": {
			run(plan(), release.Approved{BreakGlass: "the site is down", Waived: []string{"passed", "tag"}}, "api", ok, "worker", ok, "healthy", ok, over),
			notify.Message{
				Kind: notify.Released, Title: "released readme@1a2b3c4 to prod in 6.0s", Lines: []string{first, "past passed and tag, because: the site is down"},
			},
		},
		"rolled back by hand": {
			run(back, release.RunStarted{Plan: back, By: "ada@laptop", CI: "https://ci.example/runs/7?a=1&b=2", Reason: "books vanish"}, "api", ok, "worker", ok, "healthy", ok, over),
			notify.Message{Kind: notify.RolledBack, Title: "rolled back readme in prod in 4.0s", Lines: []string{first, "because: books vanish"}},
		},
		"a rollback by hand that failed": {
			run(back, "worker", failed, stop, over),
			notify.Message{
				Kind: notify.Failed, Title: "did not roll back readme in prod: it is as it was before (4.0s)",
				Lines: []string{first, "worker: the container exited with 1: it was started 3 times"}, Next: "readme-ops status --env prod",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, tell := notify.Run(c.state)
			c.want.Link = "https://ci.example/runs/7?a=1&b=2"
			if diff := cmp.Diff(c.want, got); diff != "" || !tell {
				t.Errorf("told %t (-want +got):\n%s", tell, diff)
			}
			if !slices.Contains(spec.NotifyKinds(), string(got.Kind)) {
				t.Errorf("release.yaml knows no %q", got.Kind)
			}
		})
	}
}

func TestRun_saysNothingWhereNobodyWaitsForWord(t *testing.T) {
	t.Parallel()
	smoke := plan()
	smoke.Purpose = release.Smoke
	for name, s := range map[string]*release.State{
		"checks by hand":                  run(smoke, "healthy", failed, stop, over),
		"denied":                          run(plan(), release.Denied{}),
		"interrupted before it began":     run(plan(), release.RunStopping{Why: "interrupt", Signal: "interrupt"}, over),
		"another run has taken its place": run(plan(), "api", ok, release.RunSuperseded{Why: "another commit"}, over),
		"nothing on record":               release.Fold(nil),
	} {
		if m, tell := notify.Run(s); tell {
			t.Errorf("%s: told %+v", name, m)
		}
	}
}

func TestRun_takesNoForeignTextForMoreThanALine(t *testing.T) {
	t.Parallel()
	evil := release.StepFailed{Fault: release.Fault{Title: "\x1b[31mred\x1b[0m\r\nsecond", Detail: strings.Repeat("long ", 400), Try: "a\nb"}}
	m, _ := notify.Run(run(plan(), "worker", evil, stop, over))
	for _, line := range append(m.Lines, m.Title, m.Next) {
		if strings.ContainsAny(line, "\x1b\r\n") || len([]rune(line)) > 300 {
			t.Errorf("%q", line)
		}
	}
}

func TestRun_linksOnlyToAPage(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"javascript:alert(1)", "https://user:pass@ci.example/", "https:///x", "::", "https://ci.example/" + strings.Repeat("x", 400)} {
		s := run(plan(), "api", ok, over)
		s.CI = address
		if m, _ := notify.Run(s); m.Link != "" {
			t.Errorf("%s became the link %s", address, m.Link)
		}
	}
}

func TestBreaking_saysWhoGoesPastWhatAndWhy(t *testing.T) {
	t.Parallel()
	got := notify.Breaking(plan(), release.Approved{By: "ada@laptop", BreakGlass: "the site is down", Waived: []string{"passed", "clean"}}, "")
	want := notify.Message{
		Kind: notify.BreakGlass, Title: "readme@1a2b3c4 goes to prod past passed and clean", Urgent: true,
		Lines: []string{"by ada@laptop, because: the site is down"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDrift_countsAndLists(t *testing.T) {
	t.Parallel()
	got, tell := notify.Drift(notify.Differences{Project: "readme", Where: "prod", Found: []string{"bucket: public", "api: A differs"}, Overdue: 1, Next: "readme-ops drift --env prod"})
	want := notify.Message{
		Kind: notify.Drifted, Title: "readme in prod has drifted: 2 differences, 1 overdue", Urgent: true,
		Lines: []string{"bucket: public", "api: A differs"}, Next: "readme-ops drift --env prod",
	}
	if diff := cmp.Diff(want, got); diff != "" || !tell {
		t.Error(tell, diff)
	}
	if _, tell := notify.Drift(notify.Differences{Project: "readme"}); tell {
		t.Error("it tells of no drift")
	}
}
