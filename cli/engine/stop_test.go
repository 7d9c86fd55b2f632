package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/engine"
	"readme/cli/release"
)

// tail gives the story from the line on.
func tail(t *testing.T, story []string, from string) []string {
	t.Helper()
	i := slices.Index(story, from)
	if i < 0 {
		t.Fatalf("no line %q in:\n%s", from, strings.Join(story, "\n"))
	}
	return story[i:]
}

func TestRun_aSignalCancelsWhatIsInFlightAndPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(1500*time.Millisecond, func() { cancel(engine.Signal("interrupt")) })
		state, rec := run(ctx, t, plan("bucket", "api<bucket", "worker<bucket", "check<api", "clean<check"), nil)
		want := []string{
			"stopping: interrupted",
			"api: cancelled: interrupted", "worker: cancelled: interrupted", "check: skipped: api was cancelled",
			"paused, and can be resumed: interrupted",
		}
		if diff := cmp.Diff(want, tail(t, rec.story(t), want[0])); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if state.Exit() != release.ExitNotPutBack || state.Verdict() != release.Paused || !state.Resumable() {
			t.Errorf("got %s, exit %d", state.Verdict(), state.Exit())
		}
	})
}

func TestRun_aSignalBeforeAnythingWasChangedEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(1500*time.Millisecond, func() { cancel(engine.Signal("terminated")) })
		state, rec := run(ctx, t, plan("check", "clean<check", "api<check"), map[string]engine.Action{"api": fake{
			do: func(ctx context.Context, _ *engine.Task) (release.StepDone, error) {
				return release.StepDone{}, wait(ctx, time.Hour)
			},
		}})
		want := []string{
			"stopping: terminated", "api: cancelled: terminated",
			"clean: started", "clean: do clean", "clean: did (1.0s)", "ended after 2.5s",
		}
		if diff := cmp.Diff(want, tail(t, rec.story(t), want[0])); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if state.Verdict() != release.Stopped || state.Exit() != release.ExitTerminated {
			t.Errorf("got %s, exit %d", state.Verdict(), state.Exit())
		}
	})
}

func TestRun_cancelledByAnotherCauseSaysIt(t *testing.T) {
	for name, c := range map[string]struct {
		cause error
		why   string
		sig   string
	}{
		"terminated":     {engine.Signal("terminated"), "terminated", "terminated"},
		"wrapped signal": {fmt.Errorf("stop: %w", engine.Signal("interrupt")), "stop: interrupted", "interrupt"},
		"lost lock":      {engine.Lost("ben@laptop has it"), "the lock was lost: ben@laptop has it", ""},
		"another":        {errors.New("enough"), "enough", ""},
		"no cause":       {nil, "cancelled", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Millisecond, func() { cancel(c.cause) })
				state, _ := run(ctx, t, plan("api"), nil)
				if state.Stopping != c.why || state.Paused != c.why || state.Signal != c.sig || state.Step("api").Status != release.Cancelled {
					t.Errorf("got %q, paused %q, signal %q, %s", state.Stopping, state.Paused, state.Signal, state.Step("api").Status)
				}
			})
		})
	}
}

func TestRun_aSignalBeforeTheStartStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(engine.Signal("interrupt"))
		state, rec := run(ctx, t, plan("api", "worker<api"), nil)
		want := []string{"stopping: interrupted", "api: skipped: the run is stopping", "worker: skipped: the run is stopping", "ended after 0ms"}
		if diff := cmp.Diff(want, tail(t, rec.story(t), want[0])); diff != "" {
			t.Error(diff)
		}
		if state.Exit() != release.ExitInterrupted || state.Verdict() != release.Stopped {
			t.Errorf("got %s, exit %d", state.Verdict(), state.Exit())
		}
	})
}

func TestRun_aSignalDuringCleanupDoesNotUndoAGoodRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(2500*time.Millisecond, func() { cancel(engine.Signal("interrupt")) })
		state, rec := run(ctx, t, plan("api", "check<api", "clean<check"), nil)
		if state.Verdict() != release.Released || state.Step("clean").Status != release.Done {
			t.Errorf("got %s:\n%s", state.Verdict(), strings.Join(rec.story(t), "\n"))
		}
	})
}

func TestRun_aSignalAtTheVeryEndUndoesNothing(t *testing.T) {
	for range 20 { // both orders in which the two may be seen
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			state, rec := run(ctx, t, plan("api"), map[string]engine.Action{
				"api": fake{do: func(context.Context, *engine.Task) (release.StepDone, error) {
					cancel(engine.Signal("interrupt"))
					return release.StepDone{Text: "live"}, nil
				}},
			})
			if state.Verdict() != release.Released || state.Stopping != "" {
				t.Errorf("got %s:\n%s", state.Verdict(), strings.Join(rec.story(t), "\n"))
			}
		})
	}
}

func TestRun_aSignalAfterAFailureCancelsWhatIsStillInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(2*time.Second, func() { cancel(engine.Signal("interrupt")) })
		state, rec := run(ctx, t, plan("api", "worker"), map[string]engine.Action{"api": fails(time.Second), "worker": takes(time.Hour)})
		if state.Step("worker").Status != release.Cancelled || state.Verdict() != release.PutBack || state.Exit() != release.ExitStepFailed {
			t.Errorf("got %s, exit %d:\n%s", state.Verdict(), state.Exit(), strings.Join(rec.story(t), "\n"))
		}
	})
}

func TestTask_aStepThatIsBeingStoppedAnnouncesNothingNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(engine.Signal("interrupt")) })
		var got error
		state, _ := run(ctx, t, plan("api"), map[string]engine.Action{
			"api": fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
				<-ctx.Done()
				got = t.Intent("upload", nil)
				return release.StepDone{}, got
			}},
		})
		if !errors.Is(got, engine.Signal("interrupt")) || state.Step("api").Touched() {
			t.Errorf("Intent: got %v, touched %t", got, state.Step("api").Touched())
		}
	})
}

func TestRun_aStepThatTakesTooLongIsToldInItsOwnWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("api", "worker", "bot")
		p.Steps[0].Deadline = 20 * time.Second
		state, _ := run(t.Context(), t, p, map[string]engine.Action{
			"api": fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
				t.Doing("BUILDING")
				return release.StepDone{}, wait(ctx, time.Hour)
			}},
			"worker": fake{do: func(ctx context.Context, _ *engine.Task) (release.StepDone, error) {
				err := wait(ctx, time.Hour)
				return release.StepDone{}, &release.Fault{Title: "never healthy", Detail: "503", Try: "readme-ops logs worker", Cause: err}
			}},
		})
		want := map[string]*release.Fault{
			"api":    {Title: "do api took longer than 20.0s", Detail: "it was still BUILDING"},
			"worker": {Title: "do worker took longer than 15m00s", Detail: "never healthy: 503", Try: "readme-ops logs worker"},
		}
		got := map[string]*release.Fault{"api": state.Step("api").Fault, "worker": state.Step("worker").Fault}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRun_goesOnWithoutAStepThatDoesNotStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := make(chan error, 1)
		deaf := fake{do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
			_ = t.Intent("upload", nil)
			time.Sleep(time.Hour)
			t.Say("", "nobody hears this")
			late <- t.Intent("and another", nil)
			return release.StepDone{}, nil
		}}
		p := plan("api")
		p.Steps[0].Deadline = time.Minute
		state, rec := run(t.Context(), t, p, map[string]engine.Action{"api": deaf})
		if title := state.Step("api").Fault.Title; title != "do api did not stop when it was told to" || state.Verdict() != release.PutBack {
			t.Errorf("got %q, %s:\n%s", title, state.Verdict(), strings.Join(rec.story(t), "\n"))
		}
		if <-late == nil {
			t.Error("an intent after the end was accepted")
		}
	})
}

func TestRun_aBugInAnActionIsAFaultAndTheRunPutsBack(t *testing.T) {
	for name, do := range map[string]func(context.Context, *engine.Task) (release.StepDone, error){
		"panic: nobody thought of this": func(context.Context, *engine.Task) (release.StepDone, error) {
			panic("nobody thought of this")
		},
		"the step ended its goroutine": func(context.Context, *engine.Task) (release.StepDone, error) {
			runtime.Goexit()
			return release.StepDone{}, nil
		},
		"record step_done: json: error calling MarshalJSON for type json.RawMessage: unexpected end of JSON input": func(
			context.Context, *engine.Task,
		) (release.StepDone, error) {
			return release.StepDone{Record: []byte(`{`)}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				state, _ := run(t.Context(), t, plan("bucket", "api<bucket"), map[string]engine.Action{"api": fake{do: do}})
				fault := state.Step("api").Fault
				if fault == nil || fault.Exit != release.ExitBug || fault.Detail != name || fault.Title != "do api failed: this is a bug in readme-ops" {
					t.Errorf("got %+v", fault)
				}
				if state.Verdict() != release.PutBack {
					t.Errorf("got %s", state.Verdict())
				}
			})
		})
	}
}

func TestRun_aBugInAnUndoDoesNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state, _ := run(t.Context(), t, plan("bucket", "api<bucket", "check<api"), map[string]engine.Action{
			"api":   fake{undo: func(context.Context, *engine.Task, engine.Was) (release.StepDone, error) { panic("no") }},
			"check": fails(0),
		})
		if state.Step("api").Undo.Status != release.Failed || state.Step("bucket").Undo.Status != release.Done {
			t.Errorf("got api %s, bucket %s", state.Step("api").Undo.Status, state.Step("bucket").Undo.Status)
		}
	})
}

func TestRun_aCheckThatWasCutOffDoesNotClaimThatThereIsNothingToRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("check", "clean<check")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(engine.Signal("interrupt")) })
		s, _ := run(ctx, t, p, map[string]engine.Action{"check": takes(time.Minute)})
		if got := s.Step("clean"); got.Status != release.Skipped || !strings.Contains(got.Text, "may be left behind") {
			t.Errorf("the cleanup is %s: %s", got.Status, got.Text)
		}
		s, _ = run(t.Context(), t, p, map[string]engine.Action{"check": fails(time.Second)})
		if got := s.Step("clean"); got.Status != release.Skipped || !strings.Contains(got.Text, "nothing to remove") {
			t.Errorf("the cleanup is %s: %s", got.Status, got.Text)
		}
	})
}
