package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readme/cli/engine"
	"readme/cli/release"
)

// vendors are the world outside: what is there, and how often each effect was brought about. A process can be killed there, right after an
// effect, before it hears of it.
type vendors struct {
	t *testing.T

	mu      sync.Mutex
	there   map[string]bool
	effects map[string]int
	killAt  int // the number of the effect after which the process is dead, from 1
	n       int
	dead    atomic.Bool // the process that talks to them: nothing of what it does arrives any more
	shut    atomic.Bool // an effect now is a mistake of the engine
}

func newVendors(t *testing.T) *vendors {
	t.Helper()
	return &vendors{t: t, there: map[string]bool{}, effects: map[string]int{}}
}

var errDead = errors.New("killed")

// effect makes what there is or takes it away.
func (v *vendors) effect(id string, there bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.dead.Load() {
		return errDead
	}
	if v.shut.Load() {
		v.t.Errorf("the effect %q %v began when nothing new may begin", id, there)
	}
	v.there[id] = there
	v.effects[fmt.Sprint(id, " ", there)]++
	if v.n++; v.n == v.killAt {
		v.dead.Store(true)
		return errDead
	}
	return nil
}

func (v *vendors) has(id string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.there[id]
}

// live is what is there.
func (v *vendors) live() map[string]bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	live := maps.Clone(v.there)
	maps.DeleteFunc(live, func(_ string, there bool) bool { return !there })
	return live
}

// once complains of each effect that there was more than once.
func (v *vendors) once() {
	v.t.Helper()
	for effect, n := range v.effects {
		if n > 1 {
			v.t.Errorf("the effect %q happened %d times", effect, n)
		}
	}
}

// maker is a step that makes one thing at the vendors, whose name is the step's, and needs to find there what it needs. It takes its time
// there, and bad ends badly. It trusts the engine: with no intent on record it does not look whether the thing is already there.
type maker struct {
	v    *vendors
	bad  error
	took time.Duration
}

func (m maker) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	for _, need := range t.Step.Needs {
		if url := t.Outputs(need)["url"]; url != "https://"+need {
			return release.StepDone{}, fmt.Errorf("the url of %s is %q", need, url)
		}
	}
	if err := t.Intent("make "+t.Step.ID, t.Step.ID); err != nil {
		return release.StepDone{}, err
	}
	if err := m.v.effect(t.Step.ID, true); err != nil {
		return release.StepDone{}, err
	}
	return m.end(ctx, t)
}

func (m maker) end(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	if err := wait(ctx, m.took); err != nil {
		return release.StepDone{}, err
	}
	return release.StepDone{
		Text: "made", Outputs: map[string]string{"url": "https://" + t.Step.ID}, Record: json.RawMessage(`"` + t.Step.ID + `"`),
	}, m.bad
}

func (m maker) Reconcile(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	m.recognised(t, was.Intents)
	if !m.v.has(t.Step.ID) {
		return release.StepDone{}, false, nil
	}
	done, err := m.end(ctx, t)
	return done, true, err
}

// recognised checks that the step's own intents are given back.
func (m maker) recognised(t *engine.Task, intents []json.RawMessage) {
	for _, raw := range intents {
		if string(raw) != `"`+t.Step.ID+`"` {
			m.v.t.Errorf("%s was given the intent %s", t.Step.ID, raw)
		}
	}
	if len(intents) == 0 {
		m.v.t.Errorf("%s was given no intent", t.Step.ID)
	}
}

func (m maker) Undo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	m.recognised(t, was.Intents)
	if len(was.Undone) != len(t.Was.Undone) {
		m.v.t.Errorf("the task of %s knows another past than its undo", t.Step.ID)
	}
	if again := len(was.Undone) > 0; !m.v.has(t.Step.ID) && (again || was.Record == nil) {
		return release.StepDone{Text: "there is nothing"}, nil
	}
	if err := t.Intent("remove "+t.Step.ID, t.Step.ID); err != nil {
		return release.StepDone{}, err
	}
	if err := m.v.effect(t.Step.ID, false); err != nil {
		return release.StepDone{}, err
	}
	return release.StepDone{Text: "removed"}, wait(ctx, m.took)
}

// ReconcileUndo waits for the end of a removal, as Undo does.
func (m maker) ReconcileUndo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	m.recognised(t, was.Undone)
	if m.v.has(t.Step.ID) {
		return release.StepDone{}, false, nil
	}
	return release.StepDone{Text: "removed"}, true, wait(ctx, m.took)
}

// look is a check, or a cleanup: it cannot be reconciled, and so has to look itself at what was before it.
type look struct{ maker }

func (l look) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	thing, there := t.Step.ID, true
	if check, ok := strings.CutPrefix(thing, "clean "); ok {
		thing, there = check, false
	}
	if again := len(t.Was.Intents) > 0; again && l.v.has(thing) == there {
		return l.end(ctx, t)
	}
	if err := t.Intent("look at "+t.Step.ID, t.Step.ID); err != nil {
		return release.StepDone{}, err
	}
	if err := l.v.effect(thing, there); err != nil {
		return release.StepDone{}, err
	}
	return l.end(ctx, t)
}

// Reconcile is not the engine's.
func (look) Reconcile() {}

// makers gives each step of the plan an action at the vendors, of different lengths.
func (v *vendors) makers(p release.Plan, bad map[string]error) map[string]engine.Action {
	all := map[string]engine.Action{}
	for i, s := range p.Steps {
		m := maker{v: v, bad: bad[s.ID], took: time.Duration(1+i*i%5) * time.Second}
		all[s.ID] = m
		if s.Proves() {
			all[s.ID] = look{m}
		}
	}
	return all
}
