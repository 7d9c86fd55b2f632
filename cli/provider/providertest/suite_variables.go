package providertest

import (
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

const (
	trialName  = "READMEOPS_TRIAL"
	trialValue = "a value that is not shown"
)

func (t *trial) variable(h Variables, name string) (provider.Variable, bool) {
	t.Helper()
	vars, err := h.Variables(t.Context())
	t.must("read the variables", err)
	if !slices.IsSortedFunc(vars, func(a, b provider.Variable) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("the variables are not sorted by name")
	}
	for _, v := range vars {
		if v.Name == name {
			return v, true
		}
	}
	return provider.Variable{}, false
}

func variablesAreRead(t *trial) {
	t.Helper()
	if _, ok := t.variable(power[Variables](t, t.New(t.T)), t.Variable); !ok {
		t.Errorf("there is no %s", t.Variable)
	}
}

func value(name, of string) provider.NewVariable {
	return provider.NewVariable{Name: name, Value: release.NewSecret(of)}
}

func writesVariables(t *trial) {
	t.Helper()
	h := t.New(t.T)
	s, read := power[VariableSetter](t, h), power[Variables](t, h)
	d := t.brought(h, t.Request(t.T, 1))
	before := 0
	if t.Made != nil {
		before = t.Made(t.T, h)
	}
	for _, of := range []string{trialValue, trialValue, "another value\nof two lines, \"quoted\" and with $ROOT # and \\"} {
		secret := value(trialName+"_SECRET", of)
		secret.Sensitive = true
		t.must("write", s.SetVariables(t.Context(), []provider.NewVariable{value(trialName, of), secret}))
		for _, name := range []string{trialName, secret.Name} {
			v, ok := t.variable(read, name)
			if !ok || v.Readable && v.Value.Reveal() != of || v.Readable == v.Sensitive || v.Owner != "" {
				t.Errorf("%s is there: %v, and reads as %+v", name, ok, v)
			}
		}
	}
	if _, ok := t.variable(read, t.Variable); !ok && t.Variable != "" {
		t.Errorf("%s is gone", t.Variable)
	}
	t.must("write nothing", s.SetVariables(t.Context(), nil))
	t.rest()
	t.serves(h, d.ID)
	if t.Made != nil && t.Made(t.T, h) != before {
		t.Errorf("writing variables has deployed")
	}
}

func outdates(t *trial) {
	t.Helper()
	h := t.New(t.T)
	s, o := power[VariableSetter](t, h), power[Outdated](t, h)
	old := func(id string) []string {
		names, err := o.Outdated(t.Context(), t.serves(h, id))
		t.must("name what is outdated", err)
		return names
	}
	if names, err := o.Outdated(t.Context(), provider.Deployment{}); err != nil || names != nil {
		t.Errorf("of what was never deployed, %q is outdated, %v", names, err)
	}
	d := t.brought(h, t.Request(t.T, 1))
	if names := old(d.ID); names != nil {
		t.Errorf("after a deploy, %q is outdated", names)
	}
	time.Sleep(time.Second)
	t.must("write", s.SetVariables(t.Context(), []provider.NewVariable{value(trialName, trialValue)}))
	if names := old(d.ID); !slices.Equal(names, []string{trialName}) {
		t.Errorf("after a write, %q is outdated, want %s", names, trialName)
	}
	d = t.brought(h, t.Request(t.T, 2))
	if names := old(d.ID); names != nil {
		t.Errorf("after the next deploy, %q is outdated", names)
	}
}

// refused checks that a write fails, in words that name the variable and hold no value.
func (t *trial) refused(s VariableSetter, name string, vars ...provider.NewVariable) {
	t.Helper()
	err := s.SetVariables(t.Context(), vars)
	if err == nil {
		t.Errorf("%s: it is no failure", name)
		return
	}
	text := shown(err)
	if !strings.Contains(text, name) {
		t.Errorf("the error does not name %s: %s", name, text)
	}
	for _, v := range vars {
		if len(v.Value.Reveal()) >= 6 && strings.Contains(text, v.Value.Reveal()) {
			t.Errorf("the error shows the value of %s: %s", v.Name, text)
		}
	}
}

func losesVariables(t *trial) {
	t.Helper()
	h := t.New(t.T)
	s := power[VariableSetter](t, h)
	t.Lose(t.T, h)
	t.refused(s, trialName, value(trialName, trialValue))
	t.must("write once more", s.SetVariables(t.Context(), []provider.NewVariable{value(trialName, trialValue)}))
	t.Lose(t.T, h)
	if v, _ := t.variable(power[Variables](t, h), trialName); v.Readable || !v.Updated.IsZero() {
		time.Sleep(time.Second)
		t.refused(s, trialName, value(trialName, "another value that is not shown"))
	}
}

func readsLate(t *trial) {
	t.Helper()
	h := t.New(t.T)
	s := power[VariableSetter](t, h)
	t.Late(t.T, h)
	t.must("write", s.SetVariables(t.Context(), []provider.NewVariable{value(trialName, trialValue)}))
	if _, ok := t.variable(power[Variables](t, h), trialName); !ok {
		t.Errorf("it is called written, and is not there")
	}
}

func refusesVariables(t *trial) {
	t.Helper()
	h := t.New(t.T)
	s, read := power[VariableSetter](t, h), power[Variables](t, h)
	good := value(trialName, trialValue)
	for _, bad := range []string{"", "[SENSITIVE]", "*****", " ••• "} {
		t.refused(s, "BAD", good, value("BAD", bad))
	}
	t.refused(s, trialName, good, good)
	if t.Owned != nil {
		name := t.Owned(t.T, h)
		if v, ok := t.variable(read, name); !ok || v.Owner == "" {
			t.Errorf("%s belongs to %q", name, v.Owner)
		}
		t.refused(s, name, good, value(name, trialValue))
	}
	if _, ok := t.variable(read, trialName); ok {
		t.Errorf("of what was refused, a part was written")
	}
}
