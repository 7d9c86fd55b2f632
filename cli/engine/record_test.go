package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/engine"
	"readme/cli/release"
)

func TestRun_whatTheLedgerRefusesIsShownToNobody(t *testing.T) {
	p := plan("migrations", "bucket", "api<migrations,bucket", "check<api", "clean<check")
	special := map[string]engine.Action{"check": fails(time.Second)}
	writes := 0
	synctest.Test(t, func(t *testing.T) {
		_, rec := run(t.Context(), t, p, special)
		writes = rec.batches
	})
	if writes < 10 {
		t.Fatalf("only %d writes", writes)
	}
	for n := 1; n <= writes; n++ {
		synctest.Test(t, func(t *testing.T) {
			full, shown := tape{refuse: n}, tape{}
			state, err := engine.Run(t.Context(), p, actions(p, special), options(p, &full, &shown))
			if !errors.Is(err, errFull) {
				t.Errorf("write %d fails: Run gave %v", n, err)
			}
			if diff := cmp.Diff(full.lines, shown.lines); diff != "" {
				t.Errorf("write %d fails: shown is not what is on record (-record +shown):\n%s", n, diff)
			}
			if full.batches != n {
				t.Errorf("write %d fails: %d writes were tried", n, full.batches)
			}
			if state.Last != int64(len(full.lines)) {
				t.Errorf("write %d fails: the state is at %d, the record at %d", n, state.Last, len(full.lines))
			}
		})
	}
}

func TestTask_anIntentThatIsNotOnRecordIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("api")
		var got error
		var cause error
		act := fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
			got = t.Intent("upload", nil)
			<-ctx.Done()
			cause = context.Cause(ctx)
			return release.StepDone{}, got
		}}
		_, err := engine.Run(t.Context(), p, actions(p, map[string]engine.Action{"api": act}), options(p, &tape{refuse: 3}))
		if !errors.Is(got, errFull) || !errors.Is(cause, errFull) || !errors.Is(err, errFull) {
			t.Errorf("Intent: %v, cause: %v, Run: %v", got, cause, err)
		}
	})
}

func TestTask_anIntentReturnsWhenItIsOnRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("api")
		var rec tape
		act := fake{do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
			err := t.Intent("upload 1 file", map[string]string{"key": "k1"})
			if last := rec.lines[len(rec.lines)-1]; !strings.Contains(last, `"body":{"text":"upload 1 file","data":{"key":"k1"}}`) {
				err = errors.New("not on record: " + last)
			}
			return release.StepDone{}, err
		}}
		state, err := engine.Run(t.Context(), p, actions(p, map[string]engine.Action{"api": act}), options(p, &rec))
		if err != nil || state.Verdict() != release.Released {
			t.Errorf("got %v, %v", err, state.Step("api").Fault)
		}
	})
}

func TestTask_anIntentThatIsNoJSONIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state, _ := run(t.Context(), t, plan("api"), map[string]engine.Action{
			"api": fake{do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
				return release.StepDone{}, t.Intent("upload", func() {})
			}},
		})
		if state.Step("api").Touched() || state.Step("api").Status != release.Failed {
			t.Errorf("got %+v", state.Step("api"))
		}
	})
}

func TestRun_losesAViewButNotTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("api")
		var rec, good tape
		broken := tape{refuse: 2}
		o := options(p, &rec, &broken, &good)
		var lost []string
		o.Lost = func(sink int, err error) { lost = append(lost, fmt.Sprint(sink, " ", err)) }
		state, err := engine.Run(t.Context(), p, actions(p, nil), o)
		if err != nil || state.Verdict() != release.Released {
			t.Errorf("got %v, %s", err, state.Verdict())
		}
		if diff := cmp.Diff([]string{"1 the disk is full"}, lost); diff != "" {
			t.Error(diff)
		}
		if broken.batches != 2 || len(good.lines) != len(rec.lines) {
			t.Errorf("the broken view got %d batches; the good one %d of %d events", broken.batches, len(good.lines), len(rec.lines))
		}
	})
}

func TestRun_speaksForASilentStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, rec := run(t.Context(), t, plan("api", "bucket"), map[string]engine.Action{
			"api": fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
				t.Doing("BUILDING")
				_ = wait(ctx, 5*time.Second)
				t.Say("build", "compiling")
				_ = wait(ctx, 11*time.Second)
				t.Doing("DEPLOYING")
				return release.StepDone{}, wait(ctx, 10*time.Second)
			}},
			"bucket": fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
				for range 15 { // never silent for long
					t.Say("", "busy")
					_ = wait(ctx, 2*time.Second)
				}
				return release.StepDone{}, nil
			}},
		})
		var got []string
		for _, line := range rec.story(t) {
			if strings.Contains(line, "still") {
				got = append(got, line)
			}
		}
		want := []string{"api: still BUILDING after 15.0s", "api: still DEPLOYING after 25.0s"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestTask_linesAreCutAndCapped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, rec := run(t.Context(), t, plan("api"), map[string]engine.Action{
			"api": fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
				t.Say("build", "one\r\ntwo\n")
				t.Say("build", strings.Repeat("é", 5000)+"\x1b[31m")
				for i := range 3000 {
					t.Say("", fmt.Sprint("line ", i))
				}
				t.Retried(1, time.Second, "not recorded either")
				return release.StepDone{}, wait(ctx, 11*time.Second)
			}},
		})
		var said []string
		stills := 0
		for _, e := range rec.events(t) {
			switch b := e.Body.(type) {
			case release.StepSaid:
				said = append(said, b.Text)
			case release.StepStill:
				stills++
			case release.StepRetried:
				t.Error("a retry after the cap was recorded")
			}
		}
		if len(said) != 2001 || said[0] != "one" || said[1] != "two" || said[2000] != "more than 2000 lines: the rest is not recorded" {
			t.Errorf("got %d lines: %q, %q ... %q", len(said), said[0], said[1], said[len(said)-1])
		}
		if long := said[2]; len(long) > 4096 || len(long) < 4090 || !strings.HasSuffix(long, "é …") {
			t.Errorf("the long line has %d bytes and ends in %q", len(long), long[len(long)-10:])
		}
		if stills != 1 {
			t.Errorf("got %d heartbeats after the cap, want 1", stills)
		}
	})
}

func TestTask_tellsRetriesAndChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, rec := run(t.Context(), t, plan("check"), map[string]engine.Action{
			"check": fake{do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
				t.Check(release.CheckResult{Attempt: 1, Expected: "200", Actual: "503", TookMS: 4})
				t.Retried(1, 2*time.Second, "503")
				t.Check(release.CheckResult{Attempt: 2, OK: true, Saw: "200 OK", TookMS: 4})
				return release.StepDone{Text: "200 OK"}, nil
			}},
		})
		want := []string{
			"check: started", "check: attempt 1 failed in 4ms: expected 200, got 503", "check: attempt 1 failed (503), again in 2.0s",
			"check: attempt 2 passed in 4ms: 200 OK", "check: 200 OK (0ms)", "ended after 0ms",
		}
		if diff := cmp.Diff(want, tail(t, rec.story(t), want[0])); diff != "" {
			t.Error(diff)
		}
	})
}
