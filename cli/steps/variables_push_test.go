package steps_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"readme/cli/engine"
	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

// shelf is a vendor that keeps variables, in memory.
type shelf struct {
	*vendor
	has    map[string]provider.Variable
	writes [][]provider.NewVariable
	keep   func(provider.NewVariable) (provider.Variable, bool) // what becomes of one that is written; nil: it is kept and shown
	fails  error
}

func (s *shelf) Variables(context.Context) ([]provider.Variable, error) {
	var out []provider.Variable
	for _, v := range s.has {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b provider.Variable) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (s *shelf) SetVariables(_ context.Context, vars []provider.NewVariable) error {
	if s.fails != nil {
		return s.fails
	}
	s.writes = append(s.writes, vars)
	for _, v := range vars {
		kept, stays := provider.Variable{Name: v.Name, Value: v.Value, Readable: true}, true
		if s.keep != nil {
			kept, stays = s.keep(v)
		}
		if stays {
			s.has[v.Name] = kept
		}
	}
	return nil
}

// noted is a record of pushes.
type noted struct {
	key  env.Key
	of   map[string]string
	away error
}

func (n *noted) Key(context.Context) (env.Key, error) { return n.key, n.away }

func (n *noted) Note(_ context.Context, service string, fingerprints map[string]string) error {
	for name, f := range fingerprints {
		n.of[service+"/"+name] = f
	}
	return n.away
}

func secret(s string) release.Secret { return release.NewSecret(s) }

// pushing is a world whose api lacks TOKEN and has another URL, and the step that writes them.
func pushing(t *testing.T) (*steps.World, *shelf, *noted, release.Step) {
	t.Helper()
	key := env.NewKey([]byte("a key"))
	s := &shelf{vendor: newVendor("old"), has: map[string]provider.Variable{
		"URL":   {Name: "URL", Value: secret("url-was"), Readable: true},
		"OTHER": {Name: "OTHER", Value: secret("other"), Readable: true},
	}}
	n := &noted{key: key, of: map[string]string{}}
	w := &steps.World{
		Poll: time.Second, Hosts: map[string]steps.Host{"api": s}, Fingerprints: key, Pushes: n, Plain: map[string]bool{"URL": true},
		Values: map[string]release.Secret{"URL": secret("url-canary"), "TOKEN": secret("token-canary")},
	}
	set := []plan.VariableChange{
		{Name: "TOKEN", Op: plan.OpAdd, Seen: "nothing", Will: key.Of("TOKEN", secret("token-canary"))},
		{Name: "URL", Op: plan.OpChange, Seen: "a value", Was: key.Of("URL", secret("url-was")), Will: key.Of("URL", secret("url-canary"))},
	}
	return w, s, n, step(t, release.KindVariables, plan.VariablesStep("api"), plan.VariablesPrecondition(set), plan.VariablesInputs{To: "railway", Name: "api", Set: set})
}

func TestVariables_areWrittenAtOnceReadBackAndNoted(t *testing.T) {
	w, s, n, one := pushing(t)
	state := carryOut(t, w, "run-1", []release.Step{one})
	exits(t, state, release.ExitDone)
	if len(s.writes) != 1 || len(s.writes[0]) != 2 || !s.writes[0][0].Sensitive || s.writes[0][1].Sensitive {
		t.Errorf("want one write of a secret and of what is none, got %+v", s.writes)
	}
	if s.has["OTHER"].Value.Reveal() != "other" || s.has["TOKEN"].Value.Reveal() != "token-canary" {
		t.Error("what was not in the plan was touched, or what was is not there")
	}
	if n.of["api/TOKEN"] != w.Fingerprints.Of("TOKEN", secret("token-canary")) || len(n.of) != 2 {
		t.Errorf("noted %v", n.of)
	}
	if raw, err := json.Marshal(state); err != nil || strings.Contains(string(raw), "canary") {
		t.Errorf("a value is on record: %s %v", raw, err)
	}
}

func TestVariables_stayAndAreNamedWhenARunIsPutBack(t *testing.T) {
	w, s, _, one := pushing(t)
	state := carryOut(t, w, "run-1", []release.Step{one}, fails)
	exits(t, state, release.ExitSmokeFailed)
	if u := state.Step(one.ID).Undo; u.Status != release.Done || !strings.Contains(u.Kept, "TOKEN, URL of api as written at railway") {
		t.Errorf("got %+v", u)
	}
	if s.has["TOKEN"].Value.Reveal() != "token-canary" {
		t.Error("it was taken away")
	}
}

// What a plan was made for must still be so: a value that somebody else has written is not written over.
func TestVariables_leaveAloneWhatSomebodyElseHasWritten(t *testing.T) {
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		has    provider.Variable
		exit   int
		reason string
	}{
		"another value":                {provider.Variable{Name: "URL", Value: secret("url-of-somebody"), Readable: true}, release.ExitStepFailed, "URL: planned for a value ("},
		"a value where there was none": {provider.Variable{Name: "TOKEN", Value: secret("token-of-somebody"), Readable: true}, release.ExitStepFailed, "TOKEN: planned for nothing, found a value ("},
		"one that nobody can read":     {provider.Variable{Name: "URL", Updated: when}, release.ExitStepFailed, "found a value that nobody can read, written 2026-01-02T03:04:05Z"},
		"the value that is written":    {provider.Variable{Name: "URL", Value: secret("url-canary"), Readable: true}, release.ExitDone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, _, one := pushing(t)
			s.has[c.has.Name] = c.has
			state := carryOut(t, w, "run-1", []release.Step{one})
			exits(t, state, c.exit)
			if c.exit == release.ExitDone {
				return
			}
			f := state.Step(one.ID).Fault
			if len(s.writes) != 0 || f == nil || !strings.Contains(f.Title, "were changed at railway after the plan was made") || !strings.Contains(fmt.Sprint(f.Evidence), c.reason) {
				t.Errorf("%d writes, %+v", len(s.writes), f)
			}
			if strings.Contains(fmt.Sprintf("%+v", f), "somebody\"") || strings.Contains(fmt.Sprintf("%+v", f), "url-of") {
				t.Errorf("a value was told: %+v", f)
			}
		})
	}
}

func TestVariables_areOnlyTheValuesThatWereApproved(t *testing.T) {
	for name, value := range map[string]string{"URL was approved as": "url-another", "URL has no value here": ""} {
		w, s, _, one := pushing(t)
		w.Values["URL"] = secret(value)
		state := carryOut(t, w, "run-1", []release.Step{one})
		exits(t, state, release.ExitStepFailed)
		if f := state.Step(one.ID).Fault; len(s.writes) != 0 || f == nil || !strings.Contains(fmt.Sprint(f.Evidence), name) || strings.Contains(fmt.Sprint(f.Evidence), "url-another") {
			t.Errorf("%s: %d writes, %+v", name, len(s.writes), f)
		}
	}
}

// A vendor that says yes and keeps something else, or nothing, is found out.
func TestVariables_holdTheVendorToItsWord(t *testing.T) {
	w, s, n, one := pushing(t)
	s.fails = &provider.NotKeptError{Vendor: "railway", Service: "api", Not: []string{"TOKEN is not there"}}
	state := carryOut(t, w, "run-1", []release.Step{one})
	exits(t, state, release.ExitStepFailed)
	f := state.Step(one.ID).Fault
	if f == nil || f.Title != "variables of api are not at railway as they were written" || !strings.Contains(f.Detail, "TOKEN is not there") || len(n.of) != 0 {
		t.Errorf("%+v, noted %v", f, n.of)
	}
}

// What nobody can read, and of which the vendor does not say that it was written, had the value already, or was not kept: only where it is
// known to have had another one it is the second.
func TestVariables_thatTheVendorDoesNotSayItHasWritten(t *testing.T) {
	for name, c := range map[string]struct {
		unmoved string
		was     string
		exit    int
	}{
		"nobody knows what it was": {"TOKEN", "", release.ExitDone},
		"it was the same":          {"TOKEN", "token-canary", release.ExitDone},
		"it was another one":       {"TOKEN", "token-was", release.ExitStepFailed},
		"another one was another":  {"URL", "", release.ExitStepFailed},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, n, _ := pushing(t)
			s.has["TOKEN"] = provider.Variable{Name: "TOKEN", Sensitive: true}
			set := []plan.VariableChange{
				{Name: "TOKEN", Op: plan.OpChange, Seen: "a value that nobody can read", Will: n.key.Of("TOKEN", secret("token-canary"))},
				{Name: "URL", Op: plan.OpChange, Seen: "a value", Was: n.key.Of("URL", secret("url-was")), Will: n.key.Of("URL", secret("url-canary"))},
			}
			if c.was != "" {
				set[0].Was = n.key.Of("TOKEN", secret(c.was))
			}
			one := step(t, release.KindVariables, plan.VariablesStep("api"), plan.VariablesPrecondition(set), plan.VariablesInputs{To: "vercel", Name: "api", Set: set})
			s.fails = &provider.UnmovedError{Vendor: "vercel", Service: "api", Names: []string{c.unmoved}}
			state := carryOut(t, w, "run-1", []release.Step{one})
			exits(t, state, c.exit)
			if c.exit != release.ExitDone {
				return
			}
			if text := state.Step(one.ID).Text; !strings.Contains(text, "TOKEN can be read by nobody, and vercel does not say that it was written just now") {
				t.Error(text)
			}
			if len(n.of) != 1 || n.of["api/URL"] == "" {
				t.Errorf("what is not known was noted: %v", n.of)
			}
		})
	}
}

func TestVariables_thatTheVendorRefusesAreNamed(t *testing.T) {
	w, s, n, one := pushing(t)
	s.fails = errors.New("railway: no")
	state := carryOut(t, w, "run-1", []release.Step{one})
	exits(t, state, release.ExitStepFailed)
	if f := state.Step(one.ID).Fault; f == nil || f.Title != "variables of api could not be written at railway" || len(n.of) != 0 {
		t.Errorf("got %+v, noted %v", f, n.of)
	}
	if u := state.Step(one.ID).Undo; !strings.Contains(u.Kept, "as far as they were written") {
		t.Errorf("got %+v", u)
	}
}

// The key of an environment is drawn with its first lock, after the plan was made: the plan has no fingerprints, and the record has.
func TestVariables_ofAFirstRunAreNotedUnderTheKeyThatWasDrawnSince(t *testing.T) {
	w, s, n, _ := pushing(t)
	w.Fingerprints = env.Key{}
	set := []plan.VariableChange{{Name: "TOKEN", Op: plan.OpAdd, Seen: "nothing"}, {Name: "URL", Op: plan.OpChange, Seen: "a value"}}
	one := step(t, release.KindVariables, plan.VariablesStep("api"), plan.VariablesPrecondition(set), plan.VariablesInputs{To: "railway", Name: "api", Set: set})
	exits(t, carryOut(t, w, "run-1", []release.Step{one}), release.ExitDone)
	if len(s.writes) != 1 || n.of["api/URL"] != n.key.Of("URL", secret("url-canary")) {
		t.Errorf("%d writes, noted %v", len(s.writes), n.of)
	}
}

func TestVariables_areWrittenAlsoWhereNobodyCanNoteThem(t *testing.T) {
	w, _, n, one := pushing(t)
	n.away = errors.New("the database is away")
	state := carryOut(t, w, "run-1", []release.Step{one})
	exits(t, state, release.ExitDone)
	if text := state.Step(one.ID).Text; !strings.Contains(text, "2 variables written and read back; their fingerprints could not be kept") {
		t.Error(text)
	}
}

// A process that was killed after it had written half of it is followed by one that writes it all again.
func TestVariables_areWrittenAgainByWhoeverResumes(t *testing.T) {
	w, s, _, one := pushing(t)
	s.has["TOKEN"] = provider.Variable{Name: "TOKEN", Updated: time.Now()} // it cannot be read back: half of it was written
	state := takenUp(t, w, one, `{"fingerprints":{}}`)
	exits(t, state, release.ExitDone)
	if len(s.writes) != 1 || s.has["URL"].Value.Reveal() != "url-canary" {
		t.Errorf("%d writes", len(s.writes))
	}
}

// A plan that was made before the environment had a key cannot tell which values it is about; what the killed process has put on record can.
func TestVariables_ofAFirstRunAreTakenUpOnlyWithTheSameValues(t *testing.T) {
	for value, exit := range map[string]int{"url-canary": release.ExitDone, "url-another": release.ExitStepFailed} {
		w, s, n, _ := pushing(t)
		w.Values["URL"] = secret(value)
		set := []plan.VariableChange{{Name: "TOKEN", Op: plan.OpAdd, Seen: "nothing"}, {Name: "URL", Op: plan.OpChange, Seen: "a value"}}
		one := step(t, release.KindVariables, plan.VariablesStep("api"), plan.VariablesPrecondition(set), plan.VariablesInputs{To: "railway", Name: "api", Set: set})
		state := takenUp(t, w, one, `{"fingerprints":{"URL":"`+n.key.Of("URL", secret("url-canary"))+`"}}`)
		exits(t, state, exit)
		if f := state.Step(one.ID).Fault; exit != release.ExitDone && (len(s.writes) != 0 || f == nil || !strings.Contains(fmt.Sprint(f.Evidence), "URL was written as ")) {
			t.Errorf("%d writes, %+v", len(s.writes), f)
		}
	}
}

// takenUp is a run of one step that another process was killed in, with this intent on record.
func takenUp(t *testing.T, w *steps.World, one release.Step, intent string) *release.State {
	t.Helper()
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: []release.Step{one}}
	now := time.Now().UTC()
	events := []release.Event{
		{Seq: 1, At: now, Run: "run-1", Body: release.RunStarted{Plan: p}},
		{Seq: 2, At: now, Run: "run-1", Body: release.Approved{Digest: p.Digest}},
		{Seq: 3, At: now, Run: "run-1", Step: one.ID, Body: release.StepStarted{}},
		{Seq: 4, At: now, Run: "run-1", Step: one.ID, Body: release.StepIntent{Text: "write", Data: json.RawMessage(intent)}},
	}
	actions, err := steps.Actions(w, p)
	if err != nil {
		t.Fatal(err)
	}
	state, err := engine.Run(t.Context(), p, actions, engine.Options{
		Run: "run-1", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}}, Resume: events,
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}
