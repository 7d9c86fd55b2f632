package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"readme/cli/engine"
	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/release"
)

// migrations applies what is pending, a transaction a file.
type migrations struct {
	w      *World
	commit release.Commit
}

func (a migrations) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	var in plan.MigrationsInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	all, err := migrate.Load(os.DirFS(filepath.Join(a.w.Dir, in.Dir)), in.Dir)
	if err != nil {
		return release.StepDone{}, err
	}
	pending, err := a.w.pick(all, in.Pending)
	if err != nil {
		return release.StepDone{}, err
	}
	for _, m := range pending {
		if err := t.Intent("apply "+m.Name, plan.Migration{Name: m.Name, SHA256: m.SHA256}); err != nil {
			return release.StepDone{}, err
		}
	}
	done, err := migrate.Up(ctx, a.w.Database, pending, migrate.Options{
		LockTimeout: in.LockTimeout, Commit: a.commit.String(), Release: t.Run,
		Say: func(line string) { t.Say("", line) },
	})
	if err != nil {
		return release.StepDone{}, err
	}
	return release.StepDone{Text: fmt.Sprintf("%d applied", len(done))}, nil
}

// pick finds the files that were approved, and refuses one that has changed since.
func (w *World) pick(all []migrate.Migration, want []plan.Migration) ([]migrate.Migration, error) {
	byName := map[string]migrate.Migration{}
	for _, m := range all {
		byName[m.Name] = m
	}
	var out []migrate.Migration
	for _, approved := range want {
		m, ok := byName[approved.Name]
		if !ok || m.SHA256 != approved.SHA256 {
			return nil, &release.Fault{
				Title: "migration " + approved.Name + " has changed since the plan was made",
				Try:   "readme-ops plan" + w.flag(),
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// Undo leaves applied migrations: the code that was live before runs on the new schema too, or the migration should
// have waited for the next release.
func (a migrations) Undo(_ context.Context, _ *engine.Task, was engine.Was) (release.StepDone, error) {
	return release.StepDone{Text: "applied migrations stay", Kept: fmt.Sprintf("migrations (%d of this release)", len(was.Intents))}, nil
}
