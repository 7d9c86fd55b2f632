package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/engine"
	"readme/cli/release"
)

// canary is a secret of two lines. hide knows it whole, line by line, and as JSON spells it.
const canary = "canary-one\ncanary-two"

func hide(text string) string {
	return strings.NewReplacer(canary, "•••", `canary-one\ncanary-two`, "•••", "canary-one", "•••", "canary-two", "•••").Replace(text)
}

// leaky tells its secret in every way that a step has.
type leaky struct{}

func (leaky) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	leaks := map[string]any{canary: []any{canary, 1, map[string]string{"deep": "x" + canary}}, "id": "d1", "n": json.Number("12345678901234567890")}
	if err := t.Intent("upload "+canary, leaks); err != nil {
		return release.StepDone{}, err
	}
	t.Say("build "+canary, "key: "+canary+" end")
	t.Say("", strings.Repeat("x", 4090)+canary) // it would be cut in the middle
	t.Doing("WAITING " + canary)
	t.Retried(1, time.Second, canary)
	t.Check(release.CheckResult{Attempt: 1, Saw: canary, Expected: canary, Actual: canary})
	if err := wait(ctx, 15*time.Second); err != nil {
		return release.StepDone{}, err
	}
	record, err := json.Marshal(leaks)
	if t.Step.ID == "worker" {
		err = &release.Fault{
			Title: canary, Detail: canary, Where: &release.Place{File: canary, Line: 3}, Try: canary, Cause: errors.New(canary),
			Evidence: []release.Evidence{{Label: canary, Lines: []string{"fine", canary}}},
		}
	}
	return release.StepDone{Text: canary, Outputs: map[string]string{"url": "https://x/" + canary, canary: "v"}, Record: record}, err
}

func (leaky) Undo(_ context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	var seen struct {
		ID string `json:"id"`
		N  json.Number
	}
	if err := json.Unmarshal(was.Intents[0], &seen); err != nil || seen.ID != "d1" || seen.N != "12345678901234567890" {
		return release.StepDone{}, errors.New("the intent is of no use: " + string(was.Intents[0]))
	}
	return release.StepDone{Text: canary, Kept: canary}, t.Intent("remove "+canary, canary)
}

func TestRun_aSecretReachesNoSinkInWhateverEventItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("api", "worker<api", "client<worker")
		p.Notes = []string{canary}
		p.Steps[0].Title, p.Steps[0].Lines, p.Steps[0].Outputs = canary, []string{canary}, map[string]string{"k": canary}
		p.Targets = []release.Target{{Name: "railway", Value: canary, URL: "http://" + canary}}
		want, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		rec, shown := tape{}, tape{}
		o := options(p, &rec, &shown)
		o.Mask, o.By, o.Program, o.Reason, o.CI, o.Approved.By = hide, canary, canary, canary, canary, canary
		s, err := engine.Run(t.Context(), p, actions(p, map[string]engine.Action{"api": leaky{}, "worker": leaky{}}), o)
		if err != nil || s.Verdict() != release.PutBack {
			t.Fatalf("got %v, %s:\n%s", err, s.Verdict(), strings.Join(rec.story(t), "\n"))
		}
		folded, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range append(append(rec.lines, shown.lines...), string(folded), s.Step("worker").Fault.Error()) {
			for _, part := range []string{"canary", "one\\n", "x c", "xxc"} {
				if i := strings.Index(line, part); i >= 0 {
					t.Errorf("%q in %q", part, line[max(0, i-200):min(len(line), i+40)])
				}
			}
		}
		if got, err := json.Marshal(p); err != nil || string(got) != string(want) {
			t.Errorf("the plan itself was masked: %v\n%s", err, got)
		}
		if got := string(s.Step("api").Record); !strings.Contains(got, `"n":12345678901234567890`) || !strings.Contains(got, `"deep":"x•••"`) {
			t.Errorf("the record is %s", got)
		}
	})
}

func TestRun_aMaskLeavesAloneWhatTheRecordHangsTogetherBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan("api", "worker<api", "check<worker")
		p.Env, p.Commit.SHA = "prod", "abcd1234"
		p.Steps[0].Inputs, p.Steps[0].Precondition = json.RawMessage(`{"build":"make api"}`), "live=prod"
		var rec tape
		o := options(p, &rec)
		o.Mask = func(text string) string {
			return strings.NewReplacer("api", "•••", "worker", "•••", "prod", "•••", "abcd", "•••", "sha256", "•••", "deploy", "•••").Replace(text)
		}
		s, err := engine.Run(t.Context(), p, actions(p, map[string]engine.Action{"check": fails(0)}), o)
		if err != nil || s.Verdict() != release.PutBack || s.Plan.Digest != p.Digest || s.Plan.Where() != "prod" || s.Plan.Commit != p.Commit {
			t.Errorf("got %v, %s, %+v", err, s.Verdict(), s.Plan)
		}
		if diff := cmp.Diff(p.Steps[0].Inputs, s.Plan.Steps[0].Inputs); diff != "" || s.Plan.Steps[0].Precondition != "live=prod" {
			t.Errorf("what was approved is not what is on record: %s", diff)
		}
		if title := s.Plan.Steps[0].Title; title != "do •••" {
			t.Errorf("the title is %q", title)
		}
	})
}

// A secret of few letters may be a piece of an id by chance. What an undo works from has a mask of its own.
func TestRun_whatAnUndoWorksFromHasAMaskOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen string
		p := plan("api", "check<api")
		special := map[string]engine.Action{"check": fails(0), "api": fake{
			do: func(_ context.Context, t *engine.Task) (release.StepDone, error) {
				err := t.Intent("deploy d-4711 with a-long-secret", map[string]string{"id": "d-4711", "by": "a-long-secret"})
				return release.StepDone{Text: "d-4711", Outputs: map[string]string{"url": "https://4711"}, Record: json.RawMessage(`{"id":"d-4711"}`)}, err
			},
			undo: func(_ context.Context, _ *engine.Task, was engine.Was) (release.StepDone, error) {
				seen = string(was.Intents[0]) + string(was.Record)
				return release.StepDone{}, nil
			},
		}}
		var rec tape
		o := options(p, &rec)
		o.Mask = strings.NewReplacer("4711", "•••", "a-long-secret", "•••").Replace
		o.MaskData = strings.NewReplacer("a-long-secret", "•••").Replace
		s, err := engine.Run(t.Context(), p, actions(p, special), o)
		if err != nil {
			t.Fatal(err)
		}
		if seen != `{"by":"•••","id":"d-4711"}{"id":"d-4711"}` || s.Step("api").Outputs["url"] != "https://4711" {
			t.Errorf("the undo was given %s, the outputs are %v", seen, s.Step("api").Outputs)
		}
		if story := strings.Join(rec.story(t), "\n"); strings.Contains(story, "4711") || strings.Contains(story, "a-long") {
			t.Errorf("got %s", story)
		}
	})
}
