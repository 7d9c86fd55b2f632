package steps_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// keeper is a host that tells what its next deployment gets.
type keeper struct {
	*drifter
	stale []string
	fails error
}

func (k keeper) Outdated(_ context.Context, live provider.Deployment) ([]string, error) {
	if live.ID == "" {
		return nil, errors.New("nothing is live")
	}
	return k.stale, k.fails
}

// reading holds the variables of two services, api and worker, that both need A, and the same.
func reading(t *testing.T, api, worker steps.Host, edit func(*steps.World)) ([]env.Row, error) {
	t.Helper()
	w := &steps.World{Hosts: map[string]steps.Host{"api": api, "worker": worker}, Values: map[string]release.Secret{}}
	if edit != nil {
		edit(w)
	}
	return w.ReadVariables(t.Context(), twoServices())
}

func twoServices() steps.Question {
	return steps.Question{
		Release: &spec.Release{Deploy: []spec.Deploy{{Name: "api", To: "railway"}, {Name: "worker", To: "railway"}}},
		Matrix: &spec.Matrix{
			Services:  []spec.Service{{Name: "api", Deploy: "api"}, {Name: "worker", Deploy: "worker"}},
			Variables: []spec.Variable{{Name: "A", Services: []string{"api", "worker"}, SameEverywhere: true}},
		},
		Env: spec.Environment{Name: "dev"},
	}
}

func having(value string) *drifter {
	return &drifter{vendor: newVendor("d1"), has: []provider.Variable{{Name: "A", Readable: true, Value: release.NewSecret(value)}, {Name: "RAILWAY_SERVICE_ID"}}}
}

func TestReadVariables_readsAllServicesAndWhatTheirNextDeploymentGets(t *testing.T) {
	rows, err := reading(t, keeper{having("1"), []string{"A"}, nil}, having("1"), func(w *steps.World) { w.Values["A"] = release.NewSecret("1") })
	if err != nil || len(rows) != 2 || rows[0].State != env.StateOK || !rows[0].Stale || rows[1].Service != "worker" || rows[1].Stale {
		t.Errorf("got %+v, %v", rows, err)
	}
}

func TestReadVariables_whatNothingWasBroughtToIsNotStale(t *testing.T) {
	empty := having("1")
	empty.vendor = newVendor("")
	rows, err := reading(t, keeper{empty, []string{"A"}, nil}, having("1"), nil)
	if err != nil || len(rows) != 2 || rows[0].Stale {
		t.Errorf("got %+v, %v", rows, err)
	}
}

func TestReadVariables_whatWasPushedAfterTheDeploymentWaitsForTheNextOne(t *testing.T) {
	made := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]bool{made.Add(-time.Second): false, made.Add(time.Second): true} {
		api := having("1")
		api.made, api.has[0].Readable = made, false
		rows, err := reading(t, keeper{api, nil, nil}, having("1"), func(w *steps.World) {
			w.Pushed = []env.Pushed{{Service: "api", Variable: "A", At: at}, {Service: "api", Variable: "GONE", At: at}}
		})
		if err != nil || len(rows) != 2 || rows[0].Stale != want {
			t.Errorf("pushed %v after: %+v, %v", at.Sub(made), rows, err)
		}
		api.has[0].Updated = made.Add(-time.Hour) // the vendor knows better
		if rows, err = reading(t, keeper{api, nil, nil}, having("1"), func(w *steps.World) {
			w.Pushed = []env.Pushed{{Service: "api", Variable: "A", At: at}}
		}); err != nil || rows[0].Stale {
			t.Errorf("with the vendor's time: %+v, %v", rows, err)
		}
	}
}

// blind is a host whose vendor tells all but the variables.
type blind struct{ *drifter }

func (blind) Variables(context.Context) ([]provider.Variable, error) {
	return nil, errors.New("it is away")
}

func TestReadVariables_ofAServiceThatIsAwayAreNotMissing(t *testing.T) {
	away := having("1")
	away.away = errors.New("it is away")
	for name, h := range map[string]steps.Host{"all of it": away, "only its variables": blind{having("1")}, "only what is outdated": keeper{having("1"), nil, errors.New("it is away")}} {
		rows, err := reading(t, h, having("1"), nil)
		var unread release.Faults
		if !errors.As(err, &unread) || len(unread) != 1 || len(rows) != 1 || rows[0].Service != "worker" {
			t.Errorf("%s: got %+v, %v", name, rows, err)
		}
	}
}

func TestReadVariables_ofAServiceThatIsNotThereYetAreTheReleases(t *testing.T) {
	rows, err := reading(t, &drifter{vendor: newVendor(""), missing: []string{"service api"}}, having("1"), nil)
	if err != nil || len(rows) != 2 || !rows[0].Absent || rows[0].State != env.StateMissing || !strings.Contains(rows[0].Why, "first release of api") {
		t.Errorf("got %+v, %v", rows, err)
	}
}

// Nobody gave the value here; that the two services differ is known all the same.
func TestDrift_findsServicesThatMustAgreeAndDoNot(t *testing.T) {
	w := &steps.World{Hosts: map[string]steps.Host{"api": having("1"), "worker": having("2")}, Buckets: storage{plan.Bucket{}}}
	got := steps.ReadDrift(t.Context(), w, twoServices(), steps.NewHistory(nil), "")
	var found []string
	for _, d := range got.Found {
		if strings.HasPrefix(d.What, "variable ") {
			found = append(found, d.Where+": "+d.Found)
		}
	}
	if len(found) != 2 || !strings.Contains(found[0], "worker has another one") || !strings.Contains(found[1], "api has another one") {
		t.Errorf("got %q", found)
	}
}

func TestDrift_ofVariablesSaysWhatIsHereAndThere(t *testing.T) {
	key := env.NewKey([]byte("0123456789abcdef0123456789abcdef"))
	w := &steps.World{
		Hosts: map[string]steps.Host{"api": keeper{having("1"), []string{"A"}, nil}, "worker": having("2")}, Fingerprints: key,
		Values: map[string]release.Secret{"A": release.NewSecret("1")},
	}
	got := steps.ReadDrift(t.Context(), w, twoServices(), steps.NewHistory(nil), "")
	want := map[string]string{
		"api/variable A":    "it was written after what is live was built",
		"worker/variable A": "another one (" + env.Short(key.Of("A", release.NewSecret("2"))) + ")",
	}
	for _, d := range got.Found {
		if text, ok := want[d.Key()]; ok {
			if d.Found != text || d.Try == "" {
				t.Errorf("got %+v, want %q", d, text)
			}
			delete(want, d.Key())
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v, of %+v", want, got.Found)
	}
}

// dated is a host whose live deployment tells when it was made.
type dated struct {
	keeper

	made time.Time
}

func (d dated) Live(ctx context.Context) (provider.Deployment, error) {
	live, err := d.keeper.Live(ctx)
	live.Created = d.made
	return live, err
}

// The vendor shows a bot's keys to nobody, and not when they were written: what another process has pushed is known by the record.
func TestReadVariables_whatWasPushedAfterTheLiveDeploymentIsStale(t *testing.T) {
	made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		pushed time.Time
		edit   func(*provider.Variable, *env.Pushed)
		stale  bool
	}{
		"pushed since":                         {made.Add(time.Second), nil, true},
		"pushed before":                        {made.Add(-time.Second), nil, false},
		"of another service":                   {made.Add(time.Second), func(_ *provider.Variable, p *env.Pushed) { p.Service = "worker" }, false},
		"gone from there":                      {made.Add(time.Second), func(v *provider.Variable, _ *env.Pushed) { v.Name = "B" }, false},
		"one that the vendor shows":            {made.Add(time.Second), func(v *provider.Variable, _ *env.Pushed) { v.Readable = true }, false},
		"one of which the vendor knows better": {made.Add(time.Second), func(v *provider.Variable, _ *env.Pushed) { v.Updated = made.Add(-time.Hour) }, false},
	} {
		v, p := provider.Variable{Name: "A", Value: release.NewSecret("1")}, env.Pushed{Service: "api", Variable: "A", Fingerprint: "f", At: c.pushed}
		if c.edit != nil {
			c.edit(&v, &p)
		}
		api := having("1")
		api.has = []provider.Variable{v}
		rows, err := reading(t, dated{keeper{api, nil, nil}, made}, having("1"), func(w *steps.World) { w.Pushed = []env.Pushed{p} })
		if err != nil || len(rows) == 0 || rows[0].Stale != c.stale {
			t.Errorf("%s: got %+v, %v", name, rows, err)
		}
	}
}

// One that nobody can read, and that was written long after we pushed it.
func TestDrift_ofAVariableThatWasWrittenSinceSaysSo(t *testing.T) {
	key, when := env.NewKey([]byte("0123456789abcdef0123456789abcdef")), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	api := having("1")
	api.has = []provider.Variable{{Name: "A", Sensitive: true, Updated: when.Add(time.Hour)}}
	w := &steps.World{
		Hosts: map[string]steps.Host{"api": api, "worker": having("1")}, Buckets: storage{plan.Bucket{}}, Fingerprints: key,
		Values: map[string]release.Secret{"A": release.NewSecret("1")},
		Pushed: []env.Pushed{{Service: "api", Variable: "A", Fingerprint: key.Of("A", release.NewSecret("1")), Run: "r1", At: when}},
	}
	for _, d := range steps.ReadDrift(t.Context(), w, twoServices(), steps.NewHistory(nil), "").Found {
		if d.Key() == "api/variable A" && d.Expected == "as it was pushed" && strings.Contains(d.Found, "2026-01-02 04:04 UTC") {
			return
		}
	}
	t.Error("it is not found")
}
