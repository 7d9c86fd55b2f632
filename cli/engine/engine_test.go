package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/engine"
	"readme/cli/release"
)

func TestRun_followsTheGraphInParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("migrations", "bucket", "=bot", "-client<bot", "api<migrations,bucket", "check a<api,client")
		begin := time.Now()
		state, rec := run(t.Context(), t, p, nil)
		want := []string{
			"release of readme@ to local started by ada@box",
			"approved by ada@box (box)",
			"migrations: started", "bucket: started",
			"migrations: do migrations", "bucket: do bucket",
			"migrations: did (1.0s)", "bucket: did (1.0s)",
			"api: started", "api: do api", "api: did (1.0s)",
			"check a: started", "check a: do check a", "check a: did (1.0s)",
			"ended after 3.0s",
		}
		if diff := cmp.Diff(want, rec.story(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if state.Verdict() != release.Released || state.Exit() != 0 {
			t.Errorf("got %s, exit %d", state.Verdict(), state.Exit())
		}
		if took := time.Since(begin); took > 3100*time.Millisecond {
			t.Errorf("took %s: migrations and bucket did not run side by side", took)
		}
	})
}

func TestRun_isTheSameEveryTimeToTheByte(t *testing.T) {
	p := plan("migrations", "bucket", "a<migrations", "b<migrations,bucket", "c<bucket", "d<a,b", "e<c", "check 1<d,e", "check 2<d", "clean 1<check 1")
	chatty := func(d time.Duration) fake {
		return fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
			for i := range 3 {
				t.Say("build", fmt.Sprintf("line %d", i))
				if err := wait(ctx, d); err != nil {
					return release.StepDone{}, err
				}
			}
			return takes(d).Do(ctx, t)
		}}
	}
	special := map[string]engine.Action{"check 2": fails(8 * time.Millisecond)}
	for i, id := range []string{"migrations", "bucket", "a", "b", "c", "d", "e"} {
		special[id] = chatty(time.Duration(2+2*(i%2)) * time.Millisecond) // 2 ms is the engine's own instant: the worst case
	}
	var first []string
	for i := range 100 {
		synctest.Test(t, func(t *testing.T) {
			_, rec := run(t.Context(), t, p, special)
			if i == 0 {
				first = rec.lines
				return
			}
			if diff := cmp.Diff(first, rec.lines); diff != "" {
				t.Fatalf("run %d differs (-first +this):\n%s", i, diff)
			}
		})
	}
	for i, line := range first {
		if !strings.HasPrefix(line, fmt.Sprintf(`{"v":1,"seq":%d,`, i+1)) {
			t.Errorf("line %d is out of order: %s", i+1, line)
		}
	}
}

func TestRun_aFailureSkipsWhatNeedsItAndPutsBackTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// bucket is done first, migrations second; worker fails while api is in flight; api ends all the same.
		p := plan("migrations", "bucket", "api<bucket", "worker<bucket,migrations", "client<api", "check<worker", "promote<check", "late")
		p.Steps[7].Needs = []string{"api"} // late
		state, rec := run(t.Context(), t, p, map[string]engine.Action{
			"migrations": takes(2 * time.Second), "api": takes(9 * time.Second), "worker": fails(time.Second),
		})
		want := []string{
			"worker: failed after 1.0s: do worker failed: no luck",
			"stopping: worker failed",
			"client: skipped: the run is stopping", "check: skipped: worker failed", "promote: skipped: worker failed",
			"late: skipped: the run is stopping",
			"api: did (9.0s)",
			"putting back worker, api, migrations, bucket: worker failed",
			"worker: putting back", "worker: put back: as before (1.0s)",
			"api: putting back", "api: put back: as before (1.0s)",
			"migrations: putting back", "migrations: put back: as before (1.0s)",
			"bucket: putting back", "bucket: put back: as before (1.0s)",
			"ended after 14.0s",
		}
		story := rec.story(t)
		if i := slices.Index(story, want[0]); i < 0 {
			t.Fatalf("no such failure in %q", story)
		} else if diff := cmp.Diff(want, story[i:]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if state.Verdict() != release.PutBack || state.Exit() != release.ExitStepFailed {
			t.Errorf("got %s, exit %d", state.Verdict(), state.Exit())
		}
	})
}

func TestRun_leavesThingsAsTheyAreWhenThePlanSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("bucket", "api<bucket")
		p.OnFailure = "leave"
		state, _ := run(t.Context(), t, p, map[string]engine.Action{"api": fails(0)})
		if state.Rollback || state.Verdict() != release.Left || state.Exit() != release.ExitNotPutBack {
			t.Errorf("got rollback %t, %s, exit %d", state.Rollback, state.Verdict(), state.Exit())
		}
	})
}

func TestRun_aFailureThatTouchedNothingPutsNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state, rec := run(t.Context(), t, plan("api", "worker<api"), map[string]engine.Action{
			"api": fake{do: func(context.Context, *engine.Task) (release.StepDone, error) {
				return release.StepDone{}, errors.New("no token")
			}},
		})
		if state.Verdict() != release.Stopped || state.Rollback {
			t.Errorf("got %s:\n%s", state.Verdict(), strings.Join(rec.story(t), "\n"))
		}
	})
}

func TestRun_allUndosAreTriedAndGetWhatTheRecordHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got engine.Was
		state, rec := run(t.Context(), t, plan("bucket", "api<bucket", "check<api"), map[string]engine.Action{
			"bucket": fake{
				do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
					return release.StepDone{Record: []byte(`{ "was": "<public>" }`)}, errors.Join(t.Intent("a", 1), t.Intent("b", "two"))
				},
				undo: func(_ context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
					got = was
					return release.StepDone{Kept: "the bucket"}, t.Intent("undo", 3)
				},
			},
			"api": fake{undo: func(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
				return release.StepDone{}, &release.Fault{Title: "the old deployment is gone", Try: "look"}
			}},
			"check": fails(0),
		})
		want := engine.Was{Record: []byte(`{"was":"\u003cpublic\u003e"}`)}
		want.Intents = append(want.Intents, []byte(`1`), []byte(`"two"`))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Was (-want +got):\n%s", diff)
		}
		if state.Exit() != release.ExitNotPutBack || state.Step("api").Undo.Fault.Try != "look" || state.Step("bucket").Undo.Kept != "the bucket" {
			t.Errorf("exit %d:\n%s", state.Exit(), strings.Join(rec.story(t), "\n"))
		}
	})
}

func TestRun_cleanupsFollowTheirCheckWhateverElseHappened(t *testing.T) {
	for name, c := range map[string]struct {
		special map[string]engine.Action
		want    release.Verdict
		clean   release.Status
	}{
		"all is well":             {nil, release.Released, release.Done},
		"another check fails":     {map[string]engine.Action{"check b": fails(0)}, release.PutBack, release.Done},
		"its own check fails":     {map[string]engine.Action{"check a": fails(0)}, release.PutBack, release.Skipped},
		"the cleanup fails":       {map[string]engine.Action{"clean": fails(0)}, release.Released, release.Failed},
		"the deploy fails before": {map[string]engine.Action{"api": fails(0)}, release.PutBack, release.Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				state, rec := run(t.Context(), t, plan("api", "check a<api", "clean<check a", "check b<api"), c.special)
				if state.Verdict() != c.want || state.Step("clean").Status != c.clean {
					t.Errorf("got %s, clean %s:\n%s", state.Verdict(), state.Step("clean").Status, strings.Join(rec.story(t), "\n"))
				}
				story := rec.story(t)
				if i, j := slices.Index(story, "clean: started"), slices.Index(story, "api: putting back"); i >= 0 && j >= 0 && i > j {
					t.Error("the cleanup ran after the api was put back")
				}
			})
		})
	}
}

func TestRun_refusesAPlanThatCannotRunBeforeTheFirstEvent(t *testing.T) {
	for want, p := range map[string]release.Plan{
		`step "api": it needs "db", which is not in the plan`:                              plan("api<db"),
		"steps need each other: a -> c -> b -> a":                                          plan("a<c", "b<a", "c<b"),
		"steps need each other: a -> a":                                                    plan("a<a"),
		`step "a": it stands before "b", which it needs`:                                   plan("a<b", "b"),
		`the id "a" of a step is empty or not the only one`:                                plan("a", "a"),
		`the id "" of a step is empty or not the only one`:                                 plan(""),
		`step "clean": a cleanup needs the step that it cleans up after`:                   plan("clean"),
		`step "late": it needs the cleanup "clean", and cleanups run last`:                 plan("a", "clean<a", "late<clean"),
		`step "missing": there is no action for it (kind "deploy")`:                        plan("missing"),
		`the approved digest "sha256:1a2b3c4d" is not the plan's, "sha256:1a2b3c4d-moved"`: plan("moved"),
	} {
		var rec tape
		all := actions(p, nil)
		delete(all, "missing")
		o := options(p, &rec)
		if _, ok := p.Step("moved"); ok {
			p.Digest += "-moved"
		}
		_, err := engine.Run(t.Context(), p, all, o)
		if err == nil || err.Error() != "run plan: "+want {
			t.Errorf("got %v, want %s", err, want)
		}
		if len(rec.lines) > 0 {
			t.Errorf("%s: there are events: %v", want, rec.lines)
		}
	}
}

func TestTask_outputsComeFromThePlanAndFromResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("=bot", "api", "check<api,bot")
		p.Steps[0].Outputs = map[string]string{"start_url": "https://bot"}
		p.Steps[1].Outputs = map[string]string{"url": "planned", "port": "80"}
		got := map[string]map[string]string{}
		run(t.Context(), t, p, map[string]engine.Action{
			"api": fake{do: func(context.Context, *engine.Task) (release.StepDone, error) {
				return release.StepDone{Outputs: map[string]string{"url": "live"}}, nil
			}},
			"check": fake{do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
				for _, id := range []string{"bot", "api", "nobody"} {
					got[id] = t.Outputs(id)
				}
				got["api"]["url"] += " (a copy)"
				if again := t.Outputs("api")["url"]; again != "live" {
					return release.StepDone{}, errors.New("not a copy: " + again)
				}
				return release.StepDone{}, nil
			}},
		})
		want := map[string]map[string]string{"bot": {"start_url": "https://bot"}, "api": {"url": "live (a copy)", "port": "80"}, "nobody": nil}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
