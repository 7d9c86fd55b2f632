package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"readme/cli/engine"
	"readme/cli/release"
)

// napper is a step that takes 20 ms, or what a busy machine makes of it, and nothing else.
type napper struct{ took *time.Duration }

func (n napper) Do(context.Context, *engine.Task) (release.StepDone, error) {
	began := time.Now()
	time.Sleep(20 * time.Millisecond)
	*n.took = time.Since(began)
	return release.StepDone{}, nil
}

func (napper) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}

type nowhere struct{}

func (nowhere) Write([]release.Event) error { return nil }

// BenchmarkOverhead compares the wall time of a run with its critical path: the longest of 10 chains, of 1, 10 and 100
// steps, as long as their steps really took.
func BenchmarkOverhead(b *testing.B) {
	const chains = 10
	for _, steps := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("%dsteps", steps), func(b *testing.B) {
			p := release.Plan{Digest: "sha256:00"}
			actions, took := map[string]engine.Action{}, make([]time.Duration, steps)
			for i := range steps {
				id := fmt.Sprintf("s%04d", i)
				s := release.Step{ID: id, Kind: release.KindCheck, Change: release.ChangeRun}
				if i >= chains {
					s.Needs = []string{fmt.Sprintf("s%04d", i-chains)}
				}
				p.Steps, actions[id] = append(p.Steps, s), napper{&took[i]}
			}
			var wall, path time.Duration
			for b.Loop() {
				began := time.Now()
				if _, err := engine.Run(b.Context(), p, actions, engine.Options{
					Run: "bench", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}},
				}); err != nil {
					b.Fatal(err)
				}
				wall += time.Since(began)
				path += longest(took, chains)
			}
			b.ReportMetric(float64(wall)/float64(path), "wall/path")
		})
	}
}

// longest is the time of the slowest of the chains, whose steps lie one after the other at the same remainder.
func longest(took []time.Duration, chains int) time.Duration {
	sums := make([]time.Duration, chains)
	for i, t := range took {
		sums[i%chains] += t
	}
	var most time.Duration
	for _, s := range sums {
		most = max(most, s)
	}
	return most
}
