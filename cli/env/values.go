package env

import (
	"context"
	"fmt"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Sources are where the values of an environment come from.
type Sources struct {
	Path    string                      // its values file, "" for none; one that does not exist gives nothing
	Process func(string) (string, bool) // the environment of the process
	Open    Open                        // reads the references to secret stores; nil: what stands as one has no value here
}

// Given gives the values of the variables of an environment: from its file, from the process, or the default or fixed
// value in the matrix. References of those variables to secret stores are opened, each distinct one once. Variables whose value is
// a template, and those that nothing gives, are not in the map; Missing says which of the latter have to be. What is wrong
// comes all at once: exit 3 where two sources differ, 4 for the rest; what is about values that could
// not be known has the cause Unsettled. The map holds what was found in any case.
func Given(ctx context.Context, env spec.Environment, from Sources, m *spec.Matrix) (map[string]release.Secret, release.Faults) {
	s := sources{Sources: from}
	findings, err := s.read(ctx)
	if err != nil {
		return nil, release.Faults{{
			Title: "cannot read the values of " + env.Name, Detail: err.Error(), Where: &release.Place{File: from.Path},
			Try: "ls -l " + release.ShellWord(from.Path), Exit: release.ExitDrift, Cause: err,
		}}
	}
	faults := s.open(ctx, m)
	values := map[string]release.Secret{}
	for _, v := range m.Variables {
		g, fault := s.pick(v)
		switch {
		case fault != nil:
			faults = append(faults, fault)
			continue
		case g.from != "":
			findings = append(findings, wrong(v, g)...)
		}
		if !g.value.Empty() {
			values[v.Name] = g.value
		}
	}
	findings = append(findings, s.misspelt(m, values)...)
	for _, f := range findings {
		faults = append(faults, f.Fault())
	}
	return values, faults
}

// Missing finds the variables that an environment needs and whose value is not known. present, if it is not nil,
// tells whether a vendor already has the variable of a service: a value that this process was not given is left
// alone then, and not missing. What readme-ops itself needs (service ops) must always be given.
func Missing(
	env spec.Environment, path string, m *spec.Matrix, values map[string]release.Secret, present func(service, variable string) bool,
) []Finding {
	var out []Finding
	for _, v := range m.Variables {
		if _, has := values[v.Name]; has || v.Value != "" || !v.RequiredIn(env.Name) {
			continue
		}
		var needs []string
		for _, s := range v.Services {
			if present == nil || s == "ops" || !present(s, v.Name) {
				needs = append(needs, s)
			}
		}
		if len(needs) == 0 {
			continue
		}
		set := "export " + v.Name + "=…"
		if path != "" {
			set += ", or write " + v.Name + "=… into " + path
		}
		out = append(out, Finding{
			Rule: RuleUnset, Where: v.At, Title: fmt.Sprintf("%s has no value in %s", v.Name, env.Name),
			Fix: fmt.Sprintf("%s (%s) is needed by %s", v.Name, v.About, strings.Join(needs, ", ")), Try: set,
		})
	}
	return out
}
