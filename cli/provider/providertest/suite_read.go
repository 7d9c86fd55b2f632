package providertest

import (
	"slices"

	"readme/cli/release"
)

func logsApart(t *trial) {
	t.Helper()
	h := t.New(t.T)
	power[Logs](t, h)
	first := t.brought(h, t.Request(t.T, 1))
	second := t.brought(h, t.Request(t.T, 2))
	for _, c := range []struct {
		id          string
		own, theirs string
	}{{first.ID, t.Words(1), t.Words(2)}, {second.ID, t.Words(2), t.Words(1)}} {
		lines := t.logged(h, c.id, c.own)
		if says(lines, c.theirs) {
			t.Errorf("the log of %s says %q, which another deployment wrote", c.id, c.theirs)
		}
		for _, l := range lines {
			if l.Deployment != c.id {
				t.Errorf("a line of %s is told as one of %q: %s", c.id, l.Deployment, l.Text)
				break
			}
		}
	}
}

// makesWhatIsMissing tries what a first release at an empty account does.
func makesWhatIsMissing(t *trial) {
	t.Helper()
	const name, value = "READMEOPS_TRIAL", "a value that is not shown"
	h := t.Nothing(t.T)
	m := power[Maker](t, h)
	if d := t.live(h); d.ID != "" {
		t.Fatalf("%s serves before its service was made", d.ID)
	}
	missing, err := m.Missing(t.Context())
	t.must("name what is missing", err)
	if len(missing) == 0 || slices.Contains(missing, "") {
		t.Fatalf("missing is %q, want words", missing)
	}
	r := t.Request(t.T, 1)
	for range 2 { // the second time, it is there
		t.must("make it", m.Make(t.Context(), r, map[string]release.Secret{name: release.NewSecret(value)}))
	}
	if missing, err = m.Missing(t.Context()); err != nil || len(missing) > 0 {
		t.Errorf("%q is missing still, %v", missing, err)
	}
	if v, ok := h.(Variables); ok {
		if _, ok := t.variable(v, name); !ok {
			t.Error("it was not given its variable")
		}
	}
	t.brought(h, r)
}
