package env_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

var (
	fingers  = env.NewKey([]byte("0123456789abcdef0123456789abcdef"))
	pushedAt = time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
)

const canary = "s3cr3t-canary"

// finger is the fingerprint of A's value.
func finger(value string) string { return fingers.Of("A", release.NewSecret(value)) }

func readable(value string) provider.Variable {
	return provider.Variable{Name: "A", Readable: true, Value: release.NewSecret(value)}
}

// unsure is one of which its vendor does not say whether somebody else writes it.
func unsure(value string) provider.Variable {
	v := readable(value)
	v.Unsure = "it may be a reference"
	return v
}

// lately is one that was written long after our own push.
func lately(value string) provider.Variable {
	v := readable(value)
	v.Updated = pushedAt.Add(time.Hour)
	return v
}

func hidden(updated time.Time) provider.Variable {
	return provider.Variable{Name: "A", Sensitive: true, Updated: updated}
}

func pushed(value string) []env.Pushed {
	return []env.Pushed{{Service: "api", Variable: "A", Fingerprint: finger(value), Run: "r1", At: pushedAt}}
}

// comparing is one service with the variable A.
func comparing(edit func(*env.Comparison, *env.Kept, *spec.Variable)) env.Comparison {
	v := spec.Variable{Name: "A", Services: []string{"api"}, Secret: true}
	k := env.Kept{Service: "api", To: "railway"}
	c := env.Comparison{Environment: "dev", Key: fingers, Values: map[string]release.Secret{}}
	edit(&c, &k, &v)
	k.Wanted = append([]spec.Variable{v}, k.Wanted...)
	c.Services = []env.Kept{k}
	return c
}

func TestCompare_eachState(t *testing.T) {
	t.Parallel()
	type edit = func(*env.Comparison, *env.Kept, *spec.Variable)
	given := func(value string) edit {
		return func(c *env.Comparison, _ *env.Kept, _ *spec.Variable) { c.Values["A"] = release.NewSecret(value) }
	}
	has := func(v provider.Variable) edit {
		return func(_ *env.Comparison, k *env.Kept, _ *spec.Variable) { k.Has = append(k.Has, v) }
	}
	was := func(value string) edit {
		return func(c *env.Comparison, _ *env.Kept, _ *spec.Variable) { c.Pushed = pushed(value) }
	}
	optional := func(_ *env.Comparison, _ *env.Kept, v *spec.Variable) { v.Optional = true }
	noKey := func(c *env.Comparison, _ *env.Kept, _ *spec.Variable) { c.Key = env.Key{} }
	away := func(c *env.Comparison, _ *env.Kept, _ *spec.Variable) { c.Key, c.Unrecorded = env.Key{}, "it is away" }
	fallback := func(_ *env.Comparison, _ *env.Kept, v *spec.Variable) { v.Default = "1" }
	stale := func(_ *env.Comparison, k *env.Kept, _ *spec.Variable) { k.Stale = []string{"A"} }
	later := pushedAt.Add(time.Hour)
	for name, one := range map[string]struct {
		is     []edit
		state  env.State
		drift  bool
		here   string // the value whose fingerprint is shown
		there  string
		saying string
	}{
		"the same":                                {[]edit{given("1"), has(readable("1"))}, env.StateOK, false, "1", "1", ""},
		"the same, written by hand":               {[]edit{given("1"), has(readable("1")), was("0")}, env.StateOK, false, "1", "1", ""},
		"the same, and written since":             {[]edit{given("1"), has(lately("1")), was("1")}, env.StateOK, false, "1", "1", ""},
		"the same, and not what is live":          {[]edit{given("1"), has(readable("1")), stale}, env.StateOK, true, "1", "1", ""},
		"the same, without a key":                 {[]edit{given("1"), has(readable("1")), noKey}, env.StateOK, false, "", "", ""},
		"another one":                             {[]edit{given("1"), has(readable("2"))}, env.StateDifferent, true, "1", "2", ""},
		"another one, and nobody knows whose":     {[]edit{given("1"), has(unsure("2"))}, env.StateDifferent, true, "1", "2", "it may be a reference"},
		"another one, and we wrote it":            {[]edit{given("1"), has(unsure("2")), was("2")}, env.StateDifferent, true, "1", "2", ""},
		"another one, without a key":              {[]edit{given("1"), has(readable("2")), noKey}, env.StateDifferent, true, "", "", ""},
		"empty there":                             {[]edit{given("1"), has(readable(""))}, env.StateDifferent, true, "1", "-", "empty"},
		"empty there, and not here":               {[]edit{has(readable(""))}, env.StateMissing, true, "", "-", "empty"},
		"another one than the default":            {[]edit{given("1"), has(readable("2")), fallback}, env.StateNotGiven, false, "1", "2", "default"},
		"needed and not there":                    {nil, env.StateMissing, true, "", "", ""},
		"given and not there":                     {[]edit{given("1"), optional}, env.StateMissing, true, "1", "", ""},
		"not here, readable":                      {[]edit{has(readable("1"))}, env.StateNotGiven, false, "", "1", ""},
		"not here, readable, as pushed":           {[]edit{has(readable("1")), was("1")}, env.StateAsPushed, false, "", "1", ""},
		"not here, readable, not as pushed":       {[]edit{has(readable("2")), was("1")}, env.StateDifferent, true, "", "2", "run r1 pushed"},
		"not here, hidden":                        {[]edit{has(hidden(time.Time{}))}, env.StateNotGiven, false, "", "", ""},
		"not here, hidden, as pushed":             {[]edit{has(hidden(time.Time{})), was("1")}, env.StateAsPushed, false, "", "1", ""},
		"not here, hidden, written since":         {[]edit{has(hidden(later)), was("1")}, env.StateNotGiven, true, "", "", "2026-11-20 15:00 UTC, after run r1 pushed"},
		"hidden, as pushed":                       {[]edit{given("1"), has(hidden(time.Time{})), was("1")}, env.StateAsPushed, false, "1", "1", ""},
		"hidden, as pushed by a clock ahead":      {[]edit{given("1"), has(hidden(pushedAt.Add(time.Second))), was("1")}, env.StateAsPushed, false, "1", "1", ""},
		"hidden, written since":                   {[]edit{given("1"), has(hidden(later)), was("1")}, env.StateUnknown, true, "1", "", "2026-11-20 15:00 UTC, after run r1 pushed"},
		"hidden, pushed with another value":       {[]edit{given("2"), has(hidden(time.Time{})), was("1")}, env.StateDifferent, true, "2", "1", "run r1 pushed"},
		"a mask is no value, and as pushed":       {[]edit{given("1"), has(readable("[SENSITIVE]")), was("1")}, env.StateAsPushed, false, "1", "1", ""},
		"a mask is no value, and never pushed":    {[]edit{given("1"), has(readable("*****"))}, env.StateUnknown, false, "1", "", "has not pushed it"},
		"hidden, never pushed":                    {[]edit{given("1"), has(hidden(later))}, env.StateUnknown, false, "1", "", "has not pushed it"},
		"hidden, and the record is away":          {[]edit{given("1"), has(hidden(later)), away}, env.StateUnknown, false, "", "", "could not be read"},
		"hidden, pushed before there was a key":   {[]edit{given("1"), has(hidden(time.Time{})), noKey, was("1")}, env.StateUnknown, false, "", "1", ""},
		"hidden, as pushed, and not what is live": {[]edit{given("1"), has(hidden(time.Time{})), was("1"), stale}, env.StateAsPushed, true, "1", "1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := env.Compare(comparing(func(c *env.Comparison, k *env.Kept, v *spec.Variable) {
				for _, e := range one.is {
					e(c, k, v)
				}
			}))
			if len(rows) != 1 {
				t.Fatalf("got %+v", rows)
			}
			print := func(value string) string {
				switch value {
				case "":
					return ""
				case "-":
					return finger("")
				}
				return finger(value)
			}
			r := rows[0]
			if r.State != one.state || r.Differs() != one.drift || !strings.Contains(r.Why, one.saying) {
				t.Errorf("got %s, differs %v, %q", r.State, r.Differs(), r.Why)
			}
			if r.Here != print(one.here) || r.There != print(one.there) {
				t.Errorf("here %q, there %q", r.Here, r.There)
			}
		})
	}
}

func TestCompare_whatIsNeitherHereNorThereAndNotNeededIsNoRow(t *testing.T) {
	t.Parallel()
	rows := env.Compare(comparing(func(_ *env.Comparison, _ *env.Kept, v *spec.Variable) { v.Optional = true }))
	if len(rows) != 0 {
		t.Errorf("got %+v", rows)
	}
}

func TestCompare_extraOnes(t *testing.T) {
	t.Parallel()
	rows := env.Compare(comparing(func(c *env.Comparison, k *env.Kept, _ *spec.Variable) {
		k.Has = []provider.Variable{readable("1"), {Name: "DEBUG", Readable: true, Value: release.NewSecret(canary)}, {Name: "VENDOR_ID"}, {Name: "POSTGRES_URL", Owner: "a Vercel integration"}}
		k.Own = func(name string) bool { return strings.HasPrefix(name, "VENDOR_") }
	}))
	got := map[string]bool{}
	for _, r := range rows[1:] {
		if r.State != env.StateExtra {
			t.Errorf("got %+v", r)
		}
		got[r.Variable] = r.Differs()
	}
	if diff := cmp.Diff(map[string]bool{"DEBUG": true, "POSTGRES_URL": false}, got); diff != "" {
		t.Error(diff)
	}
	silent := env.Compare(env.Comparison{Services: []env.Kept{{Service: "other", Has: []provider.Variable{{Name: "DEBUG"}}}}})
	if len(silent) != 0 {
		t.Errorf("the matrix says nothing of it: got %+v", silent)
	}
}

// Two services, of which the matrix says that they have to have one REDIS_URL, and nobody gave its value here.
func TestCompare_acrossServices(t *testing.T) {
	t.Parallel()
	v := []spec.Variable{{Name: "A", Services: []string{"api", "worker"}, SameEverywhere: true}}
	kept := func(name string, has provider.Variable) env.Kept {
		return env.Kept{Service: name, Wanted: v, Has: []provider.Variable{has}}
	}
	for name, one := range map[string]struct {
		api, worker provider.Variable
		pushed      []env.Pushed
		want        env.State
	}{
		"alike":              {readable("1"), readable("1"), nil, env.StateNotGiven},
		"apart":              {readable("1"), readable("2"), nil, env.StateDifferent},
		"one of them hidden": {readable("1"), hidden(time.Time{}), nil, env.StateNotGiven},
		"the hidden one was pushed alike": {
			readable("1"), hidden(time.Time{}), []env.Pushed{{Service: "worker", Variable: "A", Fingerprint: finger("1"), At: pushedAt}}, env.StateAsPushed,
		},
		"the hidden one was pushed with another value": {
			readable("1"), hidden(time.Time{}), []env.Pushed{{Service: "worker", Variable: "A", Fingerprint: finger("2"), At: pushedAt}}, env.StateDifferent,
		},
	} {
		rows := env.Compare(env.Comparison{Key: fingers, Services: []env.Kept{kept("api", one.api), kept("worker", one.worker)}, Pushed: one.pushed})
		if len(rows) != 2 || rows[1].State != one.want {
			t.Errorf("%s: got %+v", name, rows)
		}
		if one.want == env.StateDifferent && (rows[0].State != one.want || !strings.Contains(rows[1].Why, "api has another one")) {
			t.Errorf("%s: got %+v", name, rows)
		}
	}
	given := env.Comparison{Services: []env.Kept{kept("api", readable("1")), kept("worker", readable("2"))}, Values: map[string]release.Secret{"A": release.NewSecret("1")}}
	if rows := env.Compare(given); rows[0].State != env.StateOK || rows[1].State != env.StateDifferent {
		t.Errorf("where a value is here, only the other one is wrong: got %+v", rows)
	}
}

func TestCompare_noRowHoldsAValue(t *testing.T) {
	t.Parallel()
	for _, has := range []provider.Variable{readable(canary), readable(canary + "2"), hidden(pushedAt)} {
		rows := env.Compare(comparing(func(c *env.Comparison, k *env.Kept, _ *spec.Variable) {
			c.Values["A"], c.Pushed = release.NewSecret(canary), pushed(canary)
			k.Has = []provider.Variable{has}
		}))
		if text := cmp.Diff([]env.Row(nil), rows); strings.Contains(text, canary) {
			t.Error(text)
		}
	}
}
