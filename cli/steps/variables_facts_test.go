package steps_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// taker is a drifter that takes variables.
type taker struct{ *drifter }

// giver is one that does not.
type giver struct{ *drifter }

func (taker) SetVariables(context.Context, []provider.NewVariable) error {
	return errors.New("reading facts changes nothing")
}

// What a release and a push make of one variable, by what its vendor has, what is here, and what was pushed last.
func TestFacts_ofAVariable(t *testing.T) {
	key := env.NewKey([]byte("a key"))
	readable := provider.Variable{Name: "A", Value: secret("there"), Readable: true}
	hidden := provider.Variable{Name: "A", Sensitive: true}
	owned, unsure, shared := readable, readable, readable
	owned.Owner, unsure.Unsure, shared.Also = "an integration", "it may be a reference", []string{"preview"}
	optional := func(_ *steps.World, q *steps.Question) { q.Matrix.Variables[0].Optional = true }
	takesNone := func(w *steps.World, _ *steps.Question) { w.Hosts["api"] = giver{w.Hosts["api"].(taker).drifter} }
	box := func(_ *steps.World, q *steps.Question) { q.Env.Box = true }
	for name, c := range map[string]struct {
		has     *provider.Variable
		given   string
		pushed  string
		missing string // at the vendor, of the service
		fresh   bool   // nothing is live
		edit    func(*steps.World, *steps.Question)

		release string // what a release makes of it: "", "sets", "add", "change", or the fault
		push    string // what a push makes of it: "", "add", "change"
		unknown string // and with --unknown
		warns   string // what both say of it
	}{
		"it is not there":                        {given: "here", release: "add", push: "add", unknown: "add"},
		"it is not there, nor here":              {release: "api needs A in dev", warns: "neither railway nor this process has a value for it"},
		"it has another value":                   {has: &readable, given: "here", release: "change", push: "change", unknown: "change"},
		"it has another value for more than one": {has: &shared, given: "here", release: "change", push: "change", unknown: "change"},
		"it has the value":                       {has: &readable, given: "there"},
		"nobody gave it here":                    {has: &readable},
		"it is somebody else's":                  {has: &owned, given: "here", warns: "is left alone: it is written by an integration"},
		"it may be somebody else's":              {has: &unsure, given: "here", unknown: "change", warns: "is left alone: it may be a reference. "},
		"it may be, and we wrote it":             {has: &unsure, given: "here", pushed: "there", release: "change", push: "change", unknown: "change"},
		"nobody knows what it is":                {has: &hidden, given: "here", unknown: "change", warns: "cannot be read at railway, and it is not on record"},
		"it is what was pushed":                  {has: &hidden, given: "here", pushed: "here"},
		"another one was pushed":                 {has: &hidden, given: "here", pushed: "there", release: "change", push: "change", unknown: "change"},
		"the service is not there":               {given: "here", missing: "service api", fresh: true, release: "sets", warns: "the first release of api makes it"},
		"nothing was ever brought":               {given: "here", fresh: true, release: "sets", push: "add", unknown: "add"},
		"nothing was, and it has another":        {has: &readable, given: "here", fresh: true, release: "change", push: "change", unknown: "change"},
		"it is optional":                         {edit: optional},
		"it is optional, and here":               {given: "here", edit: optional, release: "add", push: "add", unknown: "add"},
		"the vendor takes none from us":          {given: "here", edit: takesNone, release: "api needs A in dev"},
		"it takes none, and it is optional":      {given: "here", edit: func(w *steps.World, q *steps.Question) { optional(w, q); takesNone(w, q) }},
		"it takes none, and has another":         {has: &readable, given: "here", edit: takesNone},
		"a box, and nobody knows what it is":     {has: &hidden, given: "here", edit: box, unknown: "change"},
		"nothing was, and it is not here":        {fresh: true, release: "api needs A in dev", warns: "neither railway nor this process"},
	} {
		t.Run(name, func(t *testing.T) {
			h := taker{&drifter{vendor: newVendor("d1")}}
			if c.fresh {
				h.vendor = newVendor("")
			}
			if c.has != nil {
				h.has = []provider.Variable{*c.has}
			}
			if c.missing != "" {
				h.missing = []string{c.missing}
			}
			w := &steps.World{Dir: t.TempDir(), Hosts: map[string]steps.Host{"api": h}, Values: map[string]release.Secret{}, Fingerprints: key}
			if c.given != "" {
				w.Values["A"] = secret(c.given)
			}
			if c.pushed != "" {
				w.Pushed = []env.Pushed{{Service: "api", Variable: "A", Fingerprint: key.Of("A", secret(c.pushed))}}
			}
			q := steps.Question{
				Release: &spec.Release{Deploy: []spec.Deploy{{Name: "api", To: "railway", Source: "image", Image: "api:1"}}},
				Matrix: &spec.Matrix{
					Services:  []spec.Service{{Name: "api", Deploy: "api"}},
					Variables: []spec.Variable{{Name: "A", Services: []string{"api"}}},
				},
				Env: spec.Environment{Name: "dev"},
			}
			if c.edit != nil {
				c.edit(w, &q)
			}
			facts, err := steps.Read(t.Context(), w, q)
			s := facts.Services["api"]
			if len(s.Sets) > 0 && s.SetsTo["A"] != key.Of("A", secret("here")) {
				t.Errorf("which value it is made with is not in the plan: %+v", s)
			}
			if got := outcomeOf(s); err != nil && !strings.Contains(err.Error(), c.release) || err == nil && got != c.release {
				t.Errorf("a release makes %q of it, and not %q: %v", got, c.release, err)
			}
			if warned := strings.Join(s.Warn, "\n"); err == nil && c.push == "" && c.missing == "" && (c.warns != "") != (warned != "") || !strings.Contains(warned, c.warns) && err == nil && c.missing == "" {
				t.Errorf("a release says %q, and not %q", warned, c.warns)
			}
			for unknown, want := range map[bool]string{false: c.push, true: c.unknown} {
				facts, err := steps.ReadPush(t.Context(), w, q, nil, unknown)
				s := facts.Services["api"]
				if got := outcomeOf(s); err != nil || got != want {
					t.Errorf("a push (unknown %t) makes %q of it, and not %q: %v", unknown, got, want, err)
				}
				if warned := strings.Join(s.Warn, "\n"); want == "" && !q.Env.Box && (warned == "" || !strings.Contains(warned, c.warns)) != (c.warns == "") {
					t.Errorf("a push (unknown %t) says %q, and not %q", unknown, warned, c.warns)
				}
				if len(s.Variables) == 1 && (s.Variables[0].Will != key.Of("A", secret("here")) || (len(s.Variables[0].Also) > 0) != (c.has == &shared)) {
					t.Errorf("got %+v", s.Variables[0])
				}
			}
		})
	}
}

// outcomeOf is what is done with the one variable of a service.
func outcomeOf(s plan.Service) string {
	switch {
	case len(s.Sets) > 0 && len(s.Variables) > 0:
		return "both"
	case len(s.Sets) > 0:
		return "sets"
	case len(s.Variables) > 0:
		return s.Variables[0].Op
	}
	return ""
}

// What has no place for variables yet gets them by its first release; an agent or a domain that is not there is no such place.
func TestReadPush_asksOnlyTheServicesThatAreMeantAndThere(t *testing.T) {
	for missing, writes := range map[string]bool{"service api": false, "project readme": false, "secret set readme": false, "agent readme": true, "public domain": true} {
		asked := taker{&drifter{vendor: newVendor("d1"), missing: []string{missing}}}
		other := taker{&drifter{vendor: newVendor("d1"), away: errors.New("it is away")}}
		w := &steps.World{Hosts: map[string]steps.Host{"api": asked, "worker": other}, Values: map[string]release.Secret{"A": secret("here")}}
		facts, err := steps.ReadPush(t.Context(), w, twoServices(), []string{"api"}, false)
		if s := facts.Services["api"]; err != nil || len(facts.Services) != 1 || (len(s.Variables) == 1) != writes || (len(s.Warn) == 0) != writes {
			t.Errorf("without %s: %+v, %v", missing, facts.Services, err)
		}
		if _, err := steps.ReadPush(t.Context(), w, twoServices(), nil, false); err == nil {
			t.Error("a vendor that is away is no error")
		}
	}
}
