package steps

import (
	"cmp"
	"slices"

	"readme/cli/env"
	"readme/cli/spec"
)

// doesNotExist is what is found of something that a vendor has nothing of.
const doesNotExist = "it does not exist"

// withVariables adds what the variables of all services have drifted to, each after what else was found of its service. Of a
// service that does not exist it would only repeat that.
func (w *World) withVariables(q Question, found []Drift, kept []env.Kept) []Drift {
	var rows []Drift
	for _, r := range env.Compare(w.comparison(q, kept...)) {
		if r.Differs() && !r.Absent {
			rows = append(rows, w.variableDrift(r))
		}
	}
	place := func(d Drift) int {
		i := slices.IndexFunc(q.Release.Deploy, func(s spec.Deploy) bool { return s.Name == d.Where })
		if i < 0 {
			return len(q.Release.Deploy)
		}
		return i
	}
	all := append(slices.Clone(found), rows...)
	slices.SortStableFunc(all, func(a, b Drift) int { return cmp.Compare(place(a), place(b)) })
	return all
}

// VariableKey names a variable of a service among what has drifted.
func VariableKey(service, variable string) string {
	return Drift{Where: service, What: "variable " + variable}.Key()
}

// variableDrift says in words what differs.
func (w *World) variableDrift(r env.Row) Drift {
	d := Drift{Where: r.Service, What: "variable " + r.Variable, Expected: "it is set at " + r.To}
	if r.Given && r.Owner == "" {
		d.Try = "readme-ops env push" + w.flag()
		if r.Unsure != "" && r.State == env.StateDifferent {
			d.Try = "readme-ops env push --unknown" + w.flag()
		}
	}
	there := func(what string) string { return cmp.Or(r.Why, what+" ("+env.Short(r.There)+")") }
	switch {
	case r.State == env.StateMissing:
		d.Found = cmp.Or(r.Why, "it is not there")
	case r.State == env.StateExtra:
		d.Expected, d.Found, d.Try = "envmatrix.yaml does not give it to "+r.Service, d.Expected, ""
	case r.State == env.StateDifferent && r.Given:
		d.Expected, d.Found = "the value that is here ("+env.Short(r.Here)+")", there("another one")
	case r.State == env.StateDifferent:
		d.Expected, d.Found = "as it was pushed, and alike everywhere", there("another one")
	case r.Since:
		d.Expected, d.Found = "as it was pushed", cmp.Or(r.Why, "it was written since")
	default: // stale
		d.Expected, d.Found = "what is live has it", "it was written after what is live was built"
		d.Try = "readme-ops release" + w.flag()
	}
	return d
}
