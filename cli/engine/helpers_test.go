package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"readme/cli/engine"
	"readme/cli/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plan builds one from words like "api<migrations,bucket": an id and what it needs. The kind follows from the id: migrations,
// bucket, check*, clean*, promote*; everything else is a deploy. A "=" in front is unchanged, a "-" skipped.
func plan(words ...string) release.Plan {
	p := release.Plan{Project: "readme", Env: "local", Digest: "sha256:1a2b3c4d"}
	for _, w := range words {
		s := release.Step{Kind: release.KindDeploy, Change: release.ChangeUpdate}
		if rest, ok := strings.CutPrefix(w, "="); ok {
			w, s.Change = rest, release.ChangeNone
		}
		if rest, ok := strings.CutPrefix(w, "-"); ok {
			w, s.Change = rest, release.ChangeSkip
		}
		id, needs, has := strings.Cut(w, "<")
		if has {
			s.Needs = strings.Split(needs, ",")
		}
		s.ID, s.Title = id, "do "+id
		for prefix, kind := range map[string]release.Kind{
			"migrations": release.KindMigrations, "bucket": release.KindBucket, "check": release.KindCheck,
			"clean": release.KindCleanup, "promote": release.KindPromote,
		} {
			if strings.HasPrefix(id, prefix) {
				s.Kind = kind
			}
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

// fake is an action in two functions; nil means: announce it and succeed after a second.
type fake struct {
	do   func(ctx context.Context, t *engine.Task) (release.StepDone, error)
	undo func(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, error)
}

func (f fake) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	if f.do != nil {
		return f.do(ctx, t)
	}
	if err := t.Intent("do "+t.Step.ID, t.Step.ID); err != nil {
		return release.StepDone{}, err
	}
	return release.StepDone{Text: "did"}, wait(ctx, time.Second)
}

func (f fake) Undo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	if f.undo != nil {
		return f.undo(ctx, t, was)
	}
	return release.StepDone{Text: "as before"}, wait(ctx, time.Second)
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fails announces its effect, and fails after d.
func fails(d time.Duration) fake {
	return fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
		if err := t.Intent("do "+t.Step.ID, t.Step.ID); err != nil {
			return release.StepDone{}, err
		}
		if err := wait(ctx, d); err != nil {
			return release.StepDone{}, err
		}
		return release.StepDone{}, errors.New("no luck")
	}}
}

// takes announces its effect, and succeeds after d.
func takes(d time.Duration) fake {
	return fake{do: func(ctx context.Context, t *engine.Task) (release.StepDone, error) {
		if err := t.Intent("do "+t.Step.ID, t.Step.ID); err != nil {
			return release.StepDone{}, err
		}
		return release.StepDone{Text: "did"}, wait(ctx, d)
	}}
}

// actions gives every step of the plan an action: a plain fake unless special has one.
func actions(p release.Plan, special map[string]engine.Action) map[string]engine.Action {
	all := map[string]engine.Action{}
	for _, s := range p.Steps {
		all[s.ID] = fake{}
		if a, ok := special[s.ID]; ok {
			all[s.ID] = a
		}
	}
	return all
}

// tape is a sink that keeps the events as JSON lines, and can refuse one of its writes.
type tape struct {
	lines   []string
	batches int
	refuse  int // the number of the write that fails, from 1; 0: none
}

var errFull = errors.New("the disk is full")

func (r *tape) Write(batch []release.Event) error {
	r.batches++
	if r.batches == r.refuse {
		return errFull
	}
	for _, e := range batch {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		r.lines = append(r.lines, string(line))
	}
	return nil
}

// events reads the tape back.
func (r *tape) events(t *testing.T) []release.Event {
	t.Helper()
	events := make([]release.Event, len(r.lines))
	for i, line := range r.lines {
		if err := json.Unmarshal([]byte(line), &events[i]); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
	}
	return events
}

// story is the tape in short lines: "api: did (1.0s)".
func (r *tape) story(t *testing.T) []string {
	t.Helper()
	var story []string
	for _, e := range r.events(t) {
		line := e.Body.String()
		if e.Step != "" {
			line = e.Step + ": " + line
		}
		story = append(story, line)
	}
	return story
}

// run runs the plan in the test's bubble and returns its state and tape.
func run(ctx context.Context, t *testing.T, p release.Plan, special map[string]engine.Action) (*release.State, *tape) {
	t.Helper()
	var rec tape
	state, err := engine.Run(ctx, p, actions(p, special), options(p, &rec))
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return state, &rec
}

func options(p release.Plan, sinks ...engine.Sink) engine.Options {
	return engine.Options{
		Run: "20261122-153000-1a2b3c", By: "ada@box", Program: "test", Sinks: sinks,
		Approved: release.Approved{By: "ada@box", How: "box", Digest: p.Digest},
	}
}
