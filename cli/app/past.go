package app

import (
	"context"

	"readme/cli/gate"
	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/spec"
)

// pastOf reads what is on record of an environment that is not the one being released to.
func (a *app) pastOf(_ context.Context, p *project, env spec.Environment) (gate.Record, error) {
	runs, err := ledger.List(p.runs())
	if err != nil {
		return gate.Record{}, err
	}
	record := gate.Record{Looked: []string{"looked in the journals of this machine, " + p.runs()}}
	for _, r := range runs {
		if r.State != nil && r.State.Plan.Env == env.Name && r.State.Plan.Project == p.rel.Project && r.State.Plan.Purpose != release.Smoke {
			record.Runs = append(record.Runs, gate.RunOf(r.State, r.Gone))
		}
	}
	return record, nil
}
