package steps

import (
	"context"
	"fmt"
	"slices"

	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/spec"
)

// readNeeds finds out what a service needs at its vendor and does not have: the service itself, its variables. What a
// release makes for the first time gets the variables that have a value here; anything else is for a person.
func (w *World) readNeeds(ctx context.Context, q Question, d spec.Deploy, h Host, s *plan.Service) error {
	as := plan.DeployInputs{Name: d.Name, To: d.To}
	var err error
	if m, ok := h.(Maker); ok {
		if s.Missing, err = m.Missing(ctx); err != nil {
			return cannotRead(as, err)
		}
	}
	if warner, ok := h.(Warner); ok {
		if s.Warn, err = warner.Warnings(ctx); err != nil {
			return cannotRead(as, err)
		}
	}
	if d.To == "railway" {
		s.Warn = append(s.Warn, railwayFiles(w.Dir, d)...)
	}
	vars, ok := h.(Variables)
	if !ok {
		return nil
	}
	have, err := vars.Variables(ctx)
	if err != nil {
		return cannotRead(as, err)
	}
	var faults release.Faults
	fresh := len(s.Missing) > 0 || s.Live.ID == "" // a service that nothing was ever brought to is as good as none
	for _, v := range variablesOf(q.Matrix, d.Name) {
		if _, ok := find(have, v.Name); ok {
			continue
		}
		value, given := w.Values[v.Name]
		switch {
		case fresh && given && !value.Empty():
			s.Sets = append(s.Sets, v.Name)
		case v.RequiredIn(q.Env.Name):
			faults = append(faults, lacks(q, d, v, fresh))
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// variablesOf lists the variables that the matrix gives to the service that a deploy brings, each once.
func variablesOf(m *spec.Matrix, deploy string) []spec.Variable {
	var out []spec.Variable
	for _, s := range m.Services {
		if s.Deploy != deploy {
			continue
		}
		for _, v := range m.Of(s.Name) {
			if !slices.ContainsFunc(out, func(o spec.Variable) bool { return o.Name == v.Name }) {
				out = append(out, v)
			}
		}
	}
	return out
}

// lacks reports a variable that a service needs and nobody has given it.
func lacks(q Question, d spec.Deploy, v spec.Variable, fresh bool) *release.Fault {
	at := v.At
	f := &release.Fault{
		Title:  fmt.Sprintf("%s needs %s in %s, and %s does not have it", d.Name, v.Name, q.Env.Name, d.To),
		Detail: v.About, Where: &at, Exit: release.ExitDrift,
		Try: fmt.Sprintf("set %s for %s at %s, then: readme-ops plan --env %s", v.Name, d.Name, d.To, q.Env.Name),
	}
	if fresh {
		f.Detail += "; the first release of " + d.Name + " would set it there, and it has no value here"
		f.Try = "export " + v.Name + "=..."
	}
	return f
}
