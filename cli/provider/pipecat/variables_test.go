package pipecat_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	box "readme/cli/box/pipecat"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/release"
)

func (w *world) write(set string, names ...string) error {
	var vars []provider.NewVariable
	for _, n := range names {
		vars = append(vars, provider.NewVariable{Name: n, Value: release.NewSecret("hunter2-" + n)})
	}
	return w.WriteVariables(w.t.Context(), set, vars)
}

func (w *world) names(set string) []string {
	w.t.Helper()
	vars, err := w.ListVariables(w.t.Context(), set)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, v := range vars {
		if v.Readable || !v.Sensitive || v.Owner != "" || !v.Updated.IsZero() {
			w.t.Errorf("it tells of %s more than the vendor does: %+v", v.Name, v)
		}
		out = append(out, v.Name)
	}
	return out
}

func TestWriteVariables_waitsUntilTheSetIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		fault   fault.Fault
		atLeast time.Duration
		want    string
	}{
		"on a good day":         {fault.Fault{}, 0, ""},
		"it takes a while":      {fault.Fault{Name: box.FaultSecretsSlow, Times: 1}, 30 * time.Second, ""},
		"it takes too long":     {fault.Fault{Name: box.FaultSecretsSlow, Times: 1, For: time.Hour}, 2 * time.Minute, "still not provisioned"},
		"its keys are not kept": {fault.Fault{Name: box.FaultSecretsLost, Times: 1}, 2 * time.Minute, "it was accepted, but A, B is not there"},
		"somebody else writes":  {fault.Fault{Name: box.FaultSecretsConflict, Times: 2}, 0, ""},
		"and on and on":         {fault.Fault{Name: box.FaultSecretsConflict}, 0, "modified concurrently"},
		"it fails":              {fault.Fault{Name: box.FaultSecretsFailed, Times: 1}, 0, "could not be written to the region"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, start := open(t), time.Now()
				if c.fault.Name != "" {
					if err := w.cloud.Faults().Set(c.fault); err != nil {
						t.Fatal(err)
					}
				}
				err := w.write("readme-bot", "A", "B")
				if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2")) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if took := time.Since(start); took < c.atLeast || took > c.atLeast+30*time.Second {
					t.Errorf("it took %s", took)
				}
				if got := w.names("readme-bot"); err == nil && !slices.Equal(got, []string{"A", "B", "OPENAI_API_KEY"}) {
					t.Errorf("there are %q", got)
				}
			})
		})
	}
}

func TestListVariables_leavesOutWhatOnlyHoldsTheSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if got := w.names("new-set"); got != nil {
			t.Errorf("of a set that is not there: %q", got)
		}
		values := map[string]release.Secret{pipecat.MadeBy: release.NewSecret("readme-ops"), "A": release.NewSecret("a")}
		if err := w.PutSecrets(t.Context(), "new-set", values); err != nil {
			t.Fatal(err)
		}
		if got := w.names("new-set"); !slices.Equal(got, []string{"A"}) {
			t.Errorf("there are %q", got)
		}
		if err := w.write("", "A"); err == nil || !strings.Contains(err.Error(), "names no secret_set") {
			t.Errorf("without a set: %v", err)
		}
		if got := w.names(""); got != nil {
			t.Errorf("without a set there are %q", got)
		}
	})
}

func TestUnrolled_isWhatRunningBotsDoNotHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		w.deploy("1")
		for _, names := range [][]string{{"B"}, {"A"}, {"B"}} {
			if err := w.write("readme-bot", names...); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.Unrolled("readme-bot"); !slices.Equal(got, []string{"A", "B"}) {
			t.Errorf("written and not rolled out: %q", got)
		}
		if d := w.deploy("1"); d.State != provider.Live || w.Unrolled("readme-bot") != nil {
			t.Errorf("after a deploy of the same image: %+v, %q", d, w.Unrolled("readme-bot"))
		}
	})
}
