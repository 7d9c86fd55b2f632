package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"readme/cli/engine"
	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/release"
)

// applying is what is on record of one migration that is about to be applied.
type applying struct {
	plan.Migration

	Open []migrate.Table `json:"open,omitempty"` // the tables that were open to everybody before the first one
}

// Reconcile asks the database's own record, which is written in the transaction that applies a file. Where all that was
// meant is on it, the step is done; else Do applies the rest. One that an older session is still at work on holds the
// migration lock, and Do waits for that.
func (a migrations) Reconcile(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	no := release.StepDone{}
	var in plan.MigrationsInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil || len(was.Intents) == 0 {
		return no, false, err
	}
	all, err := migrate.Load(os.DirFS(filepath.Join(a.w.Dir, in.Dir)), in.Dir)
	if err != nil {
		return no, false, err
	}
	st, err := migrate.ReadStatus(ctx, a.w.Database, all)
	if err != nil {
		return no, false, err
	}
	ours := appliedBy(t.Run, st, in.Pending)
	if len(ours) < len(in.Pending) {
		return no, false, nil
	}
	before, err := a.openBefore(ctx, was)
	if err == nil {
		err = a.opensNothing(ctx, t, before)
	}
	if err != nil {
		return no, false, err
	}
	return release.StepDone{Text: fmt.Sprintf("%d applied", len(ours))}, true, nil
}

// appliedBy names those of the pending files that are on record as applied by this run, with the content that was approved.
func appliedBy(run string, st migrate.Status, pending []plan.Migration) map[string]bool {
	ours := map[string]bool{}
	for _, m := range pending {
		ours[m.Name] = slices.ContainsFunc(st.Applied, func(r migrate.Applied) bool {
			return r.Name == m.Name && r.SHA256 == m.SHA256 && r.Release == run
		})
		if !ours[m.Name] {
			delete(ours, m.Name)
		}
	}
	return ours
}

// openBefore are the tables that were open to everybody before this run applied anything: by the record of a process that
// was cut off, else as it is now.
func (a migrations) openBefore(ctx context.Context, was engine.Was) ([]migrate.Table, error) {
	if len(was.Intents) == 0 {
		return migrate.Exposed(ctx, a.w.Database)
	}
	var first applying
	if err := json.Unmarshal(was.Intents[0], &first); err != nil {
		return nil, fmt.Errorf("read the record of the migrations: %w", err)
	}
	return first.Open, nil
}
