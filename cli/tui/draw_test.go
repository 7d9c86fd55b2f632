package tui_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
	"readme/cli/tui"
)

var update = flag.Bool("update", false, "write the goldens anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got+"\n", "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

var begin = time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC)

const evil = "\x1b[2J\x1b[31mred\x1b[0m\rback"

func steps() release.Plan {
	p := release.Plan{Project: "readme", Env: "local", Box: true, Commit: release.Commit{SHA: "1a2b3c4d5e6f708192a3b4c5d6e7f80912345678"}}
	for _, s := range []release.Step{
		{ID: "migrations", Kind: release.KindMigrations},
		{ID: "bucket", Kind: release.KindBucket},
		{ID: "api", Kind: release.KindDeploy},
		{ID: "worker", Kind: release.KindDeploy},
		{ID: "bot", Kind: release.KindDeploy, Change: release.ChangeNone, Why: "the same image is live"},
		{ID: "client", Kind: release.KindDeploy, Change: release.ChangeSkip, Why: "Node is missing"},
		{ID: "api is healthy and runs this commit", Kind: release.KindCheck},
		{ID: "本がアップロードできて読める", Kind: release.KindCheck},
		{ID: "late", Kind: release.KindCheck},
	} {
		if s.Change == "" {
			s.Change = release.ChangeUpdate
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

// scenes are moments of one run: under way, failed, and being put back.
func scenes() map[string][]release.Event {
	var all []release.Event
	add := func(step string, b release.Body) {
		all = append(all, release.Event{Seq: int64(len(all) + 1), At: begin.Add(time.Duration(len(all)) * time.Second), Run: "r", Step: step, Body: b})
	}
	add("", release.RunStarted{Plan: steps()})
	add("migrations", release.StepStarted{})
	add("bucket", release.StepStarted{})
	add("bucket", release.StepDone{TookMS: 80, Text: "private now"})
	add("migrations", release.StepDone{TookMS: 1200, Text: "1 migration applied"})
	add("api", release.StepStarted{})
	add("worker", release.StepStarted{})
	add("api", release.StepStill{TookMS: 10_000, Doing: "BUILDING"})
	add("api", release.StepSaid{From: "build", Text: "go: downloading a module with a rather long name " + evil})
	add("api is healthy and runs this commit", release.StepStarted{})
	add("api is healthy and runs this commit", release.CheckResult{Attempt: 1, TookMS: 4, Expected: "status 200", Actual: "status 503"})
	add("本がアップロードできて読める", release.StepDone{TookMS: 900, Text: "200 OK"})
	running := all
	add("worker", release.StepFailed{TookMS: 61_000, Fault: release.Fault{Title: "deploy worker failed: the container exited with 1 at once"}})
	add("", release.RunStopping{Why: "worker failed"})
	add("late", release.StepSkipped{Why: "worker failed"})
	add("api", release.StepCancelled{Why: "interrupted", TookMS: 3})
	failed := all
	add("", release.RollbackStarted{Why: "worker failed"})
	add("worker", release.StepFailed{Undo: true, TookMS: 70, Fault: release.Fault{Title: "no"}})
	add("migrations", release.StepDone{Undo: true, Kept: "1 migration stays"})
	add("bucket", release.StepStarted{Undo: true})
	add("api", release.StepDone{Undo: true, TookMS: 900, Text: "d-41 is live again"})
	return map[string][]release.Event{"running": running, "failed": failed, "rollback": all, "paced": paced(running)}
}

// paced are events of a plan whose steps know how long they usually take, and may.
func paced(events []release.Event) []release.Event {
	p := steps()
	for i, estimate := range []time.Duration{2 * time.Second, time.Second, 95 * time.Second, 0, 0, 0, 4 * time.Second, time.Second, 3 * time.Second} {
		p.Steps[i].Estimate, p.Steps[i].Deadline = estimate, 20*time.Minute
	}
	p.Steps[6].Needs, p.Steps[8].Needs = []string{"api"}, []string{"api is healthy and runs this commit"}
	all := slices.Clone(events)
	all[0].Body = release.RunStarted{Plan: p}
	return all
}

func TestDraw_looksLikeThis(t *testing.T) {
	now := begin.Add(75 * time.Second)
	for name, events := range scenes() {
		for ending, sc := range map[string]tui.Screen{
			"60": {Width: 60, Height: 40}, "80": {Width: 80, Height: 40}, "120": {Width: 120, Height: 40},
			"80x8": {Width: 80, Height: 8}, "80.ascii": {Width: 80, Height: 40, ASCII: true},
			"80.color": {Width: 80, Height: 40, Color: true}, "80.ctrl-c": {Width: 80, Height: 40, Interrupted: true},
		} {
			sc.Now = now
			text := tui.Draw(release.Fold(events), sc)
			golden(t, name+"."+ending, text)
			if strings.Contains(text, "\x1b") != sc.Color || strings.ContainsAny(text, "\r\x07") {
				t.Errorf("%s.%s: colour is %t, and the text is %q", name, ending, sc.Color, text)
			}
			if sc.ASCII && strings.ContainsAny(text, "✔✘○░█…⠋") {
				t.Errorf("%s.%s has symbols beyond ASCII", name, ending)
			}
		}
	}
}

func TestDraw_fitsIntoEveryTerminal(t *testing.T) {
	for name, events := range scenes() {
		state := release.Fold(events)
		for width := 1; width < 100; width += 3 {
			for height := 4; height < 20; height++ {
				lines := strings.Split(tui.Draw(state, tui.Screen{Width: width, Height: height, Now: begin, Color: true}), "\n")
				if len(lines) > height-1 {
					t.Errorf("%s in %dx%d has %d lines", name, width, height, len(lines))
				}
				for _, l := range lines {
					if w := ansi.StringWidth(l); w > max(1, width-1) {
						t.Errorf("%s in %dx%d: %q is %d wide", name, width, height, l, w)
					}
				}
			}
		}
	}
}

func TestDraw_showsTheFailureWhenThereIsRoomForLittle(t *testing.T) {
	text := tui.Draw(release.Fold(scenes()["failed"]), tui.Screen{Width: 80, Height: 6, Now: begin})
	if !strings.Contains(text, "✘ worker") || !strings.Contains(text, "more") {
		t.Errorf("got\n%s", text)
	}
}

func TestDraw_movesWithTheFramesAndTheClock(t *testing.T) {
	state := release.Fold(scenes()["running"])
	draw := func(frame int, after time.Duration) string {
		return strings.SplitN(tui.Draw(state, tui.Screen{Width: 80, Height: 40, Frame: frame, Now: begin.Add(after)}), "\n", 2)[0]
	}
	got := []string{draw(0, 0), draw(1, 59*time.Second), draw(10, 12*time.Minute+40*time.Second), draw(0, 3723*time.Second), draw(0, -time.Hour)}
	var want []string
	for _, s := range []string{"⠋ %s 0:00", "⠙ %s 0:59", "⠋ %s 12:40", "⠋ %s 1:02:03", "⠋ %s 0:00"} {
		want = append(want, fmt.Sprintf(s, "releasing readme@1a2b3c4 to local (box),"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDraw_beforeTheFirstEventIsEmpty(t *testing.T) {
	if got := tui.Draw(&release.State{}, tui.Screen{Width: 80, Height: 24}); got != "" {
		t.Errorf("got %q", got)
	}
}
