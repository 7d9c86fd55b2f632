package app

import (
	"context"
	"io"

	"readme/cli/env"
	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// Locking takes the lock of an environment as a command does that has read its record before, and gives what that knows then to have
// been pushed. Others are what happened in between.
func Locking(ctx context.Context, dir, name, url string, others func(ledger.Database) error) (before, after []env.Pushed, known bool, err error) {
	w := &world{
		app: &app{sys: System{Dir: dir, Err: io.Discard}}, project: &project{dir: dir, home: dir}, env: spec.Environment{Name: name},
		steps: &steps.World{Database: release.NewSecret(url)},
	}
	w.recall(ctx)
	before, known = w.steps.Pushed, w.steps.Fingerprints.Known()
	if err := others(w.record()); err != nil {
		return nil, nil, known, err
	}
	lease, err := w.lock(ctx, "20261122-150000-aaaaaa")
	if err != nil {
		return nil, nil, known, err
	}
	unlock(ctx, lease)
	return before, w.steps.Pushed, known, nil
}
