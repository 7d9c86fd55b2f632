package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readme/cli/engine"
	"readme/cli/release"
)

// TestRun_anyGraphAndAnyFailures holds for every graph and every set of failures what resume, rollback and the views rely on.
func TestRun_anyGraphAndAnyFailures(t *testing.T) {
	for seed := range uint64(400) {
		synctest.Test(t, func(t *testing.T) {
			p, special, failing := world(rand.New(rand.NewPCG(seed, 1)))
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if seed%5 == 0 {
				stop := time.AfterFunc(time.Duration(seed)*10*time.Millisecond, func() { cancel(engine.Signal("interrupt")) })
				defer stop.Stop()
			}
			state, rec := run(ctx, t, p, special)
			events := rec.events(t)
			if diff := cmp.Diff(release.Fold(events), state, cmpopts.IgnoreUnexported(release.State{})); diff != "" {
				t.Errorf("the fold of the record is not the state (-fold +state):\n%s", diff)
			}
			for i, e := range events {
				if e.Seq != int64(i+1) {
					t.Errorf("event %d has seq %d", i+1, e.Seq)
				}
			}
			checkGraph(t, state)
			checkUndo(t, state, events)
			if paused := state.Stopping != "" && !state.Failed && state.Moved(); state.Over == paused || paused != (state.Paused != "") {
				t.Errorf("stopping %q, failed %v, moved %v: over %v, paused %q", state.Stopping, state.Failed, state.Moved(), state.Over, state.Paused)
			}
			if state.Signal == "" && len(failing) == 0 && state.Verdict() != release.Released {
				t.Errorf("nothing failed, and the verdict is %s", state.Verdict())
			}
			if t.Failed() {
				t.Fatalf("seed %d:\n%s", seed, strings.Join(rec.story(t), "\n"))
			}
		})
	}
}

// world draws a graph and what its steps do. failing are the steps that would fail the run if they got to run.
func world(rng *rand.Rand) (release.Plan, map[string]engine.Action, map[string]bool) {
	var words []string
	special := map[string]engine.Action{}
	failing := map[string]bool{}
	for i := range 1 + rng.IntN(12) {
		id := []string{"migrations", "bucket", "api", "worker", "check", "promote"}[rng.IntN(6)] + fmt.Sprint(" ", i)
		word := id
		if p := rng.IntN(10); p < 2 {
			word = []string{"=", "-"}[p] + word
		}
		var needs []string
		for _, w := range words {
			before, _, _ := strings.Cut(strings.TrimLeft(w, "=-"), "<")
			if rng.IntN(4) == 0 && !strings.HasPrefix(before, "clean") {
				needs = append(needs, before)
			}
		}
		if len(needs) > 0 {
			word += "<" + strings.Join(needs, ",")
		}
		words = append(words, word)
		if strings.HasPrefix(word, "check") && rng.IntN(2) == 0 {
			words = append(words, "clean "+id+"<"+id)
			special["clean "+id] = takes(time.Duration(rng.IntN(4)) * time.Millisecond)
		}
		d := time.Duration(rng.IntN(5)) * 500 * time.Millisecond
		switch rng.IntN(6) {
		case 0:
			special[id], failing[id] = fails(d), strings.HasPrefix(word, id)
		case 1:
			special[id] = fake{do: func(context.Context, *engine.Task) (release.StepDone, error) { panic("a bug") }}
			failing[id] = strings.HasPrefix(word, id)
		default:
			act := takes(d)
			if rng.IntN(4) == 0 {
				act.undo = func(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
					return release.StepDone{}, errors.New("no")
				}
			}
			special[id] = act
		}
		if !failing[id] {
			delete(failing, id)
		}
	}
	return plan(words...), special, failing
}

// checkGraph: nothing ran before its needs, everything has ended, and what was skipped has a reason among its needs or in the stop.
func checkGraph(t *testing.T, s *release.State) {
	t.Helper()
	for _, st := range s.Steps {
		id := st.Step.ID
		bad := ""
		for _, need := range st.Step.Needs {
			n := s.Step(need)
			if n.Status == release.Failed || n.Status == release.Cancelled || (n.Status == release.Skipped && n.Step.Runs()) {
				bad = need
			}
			if st.Status == release.Done && n.Step.Runs() && st.Started.Before(n.Ended) {
				t.Errorf("%s started before its need %s had ended", id, need)
			}
		}
		switch {
		case st.Status == release.Pending && s.Paused != "" && st.Step.Kind == release.KindCleanup:
		case st.Status == release.Pending || st.Status == release.Running:
			t.Errorf("%s is %s at the end", id, st.Status)
		case !st.Step.Runs() && st.Status != release.Unchanged && st.Status != release.Skipped:
			t.Errorf("%s is %s though the plan does not run it", id, st.Status)
		case st.Step.Runs() && bad != "" && st.Status != release.Skipped:
			t.Errorf("%s is %s though its need %s is not done", id, st.Status, bad)
		case st.Step.Runs() && st.Status == release.Skipped && s.Stopping == "":
			t.Errorf("%s was skipped though the run went on", id)
		case st.Status == release.Skipped && strings.HasSuffix(st.Text, " failed") && bad == "":
			t.Errorf("%s was skipped because %q, and its needs are fine", id, st.Text)
		}
	}
}

// checkUndo: in a run that failed, exactly what was touched and can be put back was tried, once each, needs after what needs them.
func checkUndo(t *testing.T, s *release.State, events []release.Event) {
	t.Helper()
	var undone []string
	for _, e := range events {
		if b, ok := e.Body.(release.StepStarted); ok && b.Undo {
			undone = append(undone, e.Step)
		}
	}
	place := map[string]int{}
	for i, id := range undone {
		if _, twice := place[id]; twice {
			t.Errorf("%s was put back twice", id)
		}
		place[id] = i
	}
	for _, st := range s.Steps {
		changes := st.Step.Kind != release.KindCheck && st.Step.Kind != release.KindCleanup
		i, tried := place[st.Step.ID]
		if want := s.Failed && s.Paused == "" && changes && st.Touched(); want != tried {
			t.Errorf("%s: undo tried %t, want %t", st.Step.ID, tried, want)
		}
		for _, need := range st.Step.Needs {
			if j, ok := place[need]; ok && tried && j < i {
				t.Errorf("%s was put back before %s, which needs it", need, st.Step.ID)
			}
		}
	}
}
