package app

import (
	"context"

	"readme/cli/ledger"
	"readme/cli/release"
)

// estimate writes into a plan how long its steps usually take. It is no part of the digest: what was approved stays so.
func (w *world) estimate(ctx context.Context, p release.Plan) release.Plan {
	known := ledger.Estimates(w.past(ctx), w.env.Name)
	for i := range p.Steps {
		p.Steps[i].Estimate = known[p.Steps[i].ID]
	}
	return p
}
