package ledger

import (
	"context"
	"errors"
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
		if s.State == nil || s.State.Plan.Env != env {
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

// Sighting says since when a difference is there, by the database's clock.
type Sighting struct {
	First time.Time
	Age   time.Duration
}

// Seen notes that these differences are there now, and no others, and tells since when each is. Where there is no schema nothing is noted, and the
// map is empty.
func (d Database) Seen(context.Context, []string) (map[string]Sighting, error) {
	if d.None() {
		return nil, nil
	}
	return nil, errors.ErrUnsupported
}
