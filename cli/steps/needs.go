package steps

import (
	"context"
	"fmt"
	"slices"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// readNeeds finds out what a service needs at its vendor and does not have: the service itself, its variables.
func (w *World) readNeeds(ctx context.Context, q Question, d spec.Deploy, h Host, live provider.Deployment, s *plan.Service) error {
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
	return w.readVariables(ctx, q, d, h, live, s)
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

// lacks reports a variable that a service needs, and that nobody has given it, nor this process.
func lacks(q Question, d spec.Deploy, r env.Row, fresh bool) *release.Fault {
	at, about := r.At, ""
	for _, v := range q.Matrix.Variables {
		if v.Name == r.Variable {
			about = v.About
		}
	}
	f := &release.Fault{
		Title:  fmt.Sprintf("%s needs %s in %s, and %s does not have it", d.Name, r.Variable, q.Env.Name, d.To),
		Detail: about + "; it has no value here, which the release would write there", Where: &at, Exit: release.ExitDrift,
		Try: "export " + r.Variable + "=...",
	}
	switch {
	case r.Given: // and its vendor takes none from us
		f.Detail = about
		f.Try = fmt.Sprintf("set %s for %s at %s, then: readme-ops plan --env %s", r.Variable, d.Name, d.To, q.Env.Name)
	case fresh:
		f.Detail = about + "; the first release of " + d.Name + " would set it there, and it has no value here"
	}
	return f
}
