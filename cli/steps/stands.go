package steps

import (
	"encoding/json"
	"slices"
	"strings"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/release"
)

// stands marks the failure of a check that says nothing against this release: it depends on nothing that the release has
// changed, so putting that back would not mend it. A check of which nobody can say what it depends on is against it.
func (a check) stands(in plan.CheckInputs, err error) error {
	if _, ok := errFault(err); !ok || a.p.Purpose == release.Smoke { // smoke checks alone put nothing back in any case
		return err
	}
	on, known := dependsOn(a.p, in)
	if !known {
		return err
	}
	for _, id := range on {
		if s, ok := a.p.Step(id); ok && s.Runs() {
			return err
		}
	}
	return engine.Stands{Why: "it depends on " + strings.Join(on, ", ") + ", of which this release has changed nothing", Err: err}
}

// dependsOn lists the steps that bring what a check speaks to, and what those need in turn: the migrations, the bucket and
// other services. known is false where the check names no service.
func dependsOn(p release.Plan, in plan.CheckInputs) (on []string, known bool) {
	services, database := spokenTo(p, in, nil)
	var add func(id string)
	add = func(id string) {
		s, ok := p.Step(id)
		if !ok || s.Proves() || slices.Contains(on, id) {
			return
		}
		on = append(on, id)
		for _, need := range s.Needs {
			add(need)
		}
	}
	for _, name := range services {
		add(name)
		if in.Promoted == "promote "+name {
			add(in.Promoted)
		}
	}
	if database {
		add("migrations")
	}
	return on, len(services) > 0
}

// spokenTo lists the services that a check speaks to, itself and by what it has from the checks before it, and whether it
// asks the database.
func spokenTo(p release.Plan, in plan.CheckInputs, seen []string) (services []string, database bool) {
	services = plan.ServicesOf(in.Check)
	database = in.Check.SQL != nil || in.Check.Log != nil && in.Check.Log.LateIf != nil
	for _, id := range in.Captures {
		s, ok := p.Step(id)
		var of plan.CheckInputs
		if !ok || slices.Contains(seen, id) || json.Unmarshal(s.Inputs, &of) != nil {
			continue
		}
		more, asks := spokenTo(p, of, append(seen, id))
		for _, name := range more {
			if !slices.Contains(services, name) {
				services = append(services, name)
			}
		}
		database = database || asks
	}
	return services, database
}
