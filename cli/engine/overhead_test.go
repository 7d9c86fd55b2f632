package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"readme/cli/engine"
	"readme/cli/release"
)

// napper is a step that takes 20 ms and nothing else.
type napper struct{}

const nap = 20 * time.Millisecond

func (napper) Do(context.Context, *engine.Task) (release.StepDone, error) {
	time.Sleep(nap)
	return release.StepDone{}, nil
}

func (napper) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}

type nowhere struct{}

func (nowhere) Write([]release.Event) error { return nil }

// BenchmarkOverhead compares the wall time of a run with the time that its longest chain needs by itself: 10 chains
// side by side, of 1, 10 and 100 steps.
func BenchmarkOverhead(b *testing.B) {
	for _, steps := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("%dsteps", steps), func(b *testing.B) {
			p := release.Plan{Digest: "sha256:00"}
			actions := map[string]engine.Action{}
			for i := range steps {
				id := fmt.Sprintf("s%04d", i)
				s := release.Step{ID: id, Kind: release.KindCheck, Change: release.ChangeRun}
				if i >= 10 {
					s.Needs = []string{fmt.Sprintf("s%04d", i-10)}
				}
				p.Steps, actions[id] = append(p.Steps, s), napper{}
			}
			var wall, path time.Duration
			for b.Loop() {
				began := time.Now()
				if _, err := engine.Run(b.Context(), p, actions, engine.Options{Run: "bench", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}}}); err != nil {
					b.Fatal(err)
				}
				wall += time.Since(began)
				path += time.Duration(steps/10) * slept(b)
			}
			b.ReportMetric(float64(wall)/float64(path), "wall/path")
		})
	}
}

// slept is what a nap really takes on this machine: timers are late by themselves.
func slept(b *testing.B) time.Duration {
	b.Helper()
	const tries = 5
	began := time.Now()
	for range tries {
		time.Sleep(nap)
	}
	return time.Since(began) / tries
}
