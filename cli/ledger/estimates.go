package ledger

import (
	"context"
	"slices"
	"time"

	"readme/cli/release"
)

// samples is how many of its last runs the estimate of a step is made from.
const samples = 10

// Estimates tells how long each step of an environment's releases usually takes: the median of its last 10 that were done. runs is the newest first.
func Estimates(runs []Summary, env string) map[string]time.Duration {
	took := map[string][]int64{}
	for _, s := range runs {
		if s.State == nil || s.State.Plan.Env != env || s.State.Plan.Purpose != "" {
			continue
		}
		for _, st := range s.State.Steps {
			if st.Status == release.Done && len(took[st.Step.ID]) < samples {
				took[st.Step.ID] = append(took[st.Step.ID], st.TookMS)
			}
		}
	}
	estimates := make(map[string]time.Duration, len(took))
	for id, ms := range took {
		slices.Sort(ms)
		estimates[id] = time.Duration(ms[len(ms)/2]) * time.Millisecond
	}
	return estimates
}

// Estimates is Estimates of the runs in the database.
func (d Database) Estimates(ctx context.Context) (map[string]time.Duration, error) {
	runs, err := d.Runs(ctx, 3*samples)
	return Estimates(runs, d.Env), err
}
