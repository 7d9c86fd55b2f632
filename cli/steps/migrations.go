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
	st, err := migrate.ReadStatus(ctx, a.w.Database, all)
	if err != nil {
		return release.StepDone{}, err
	}
	ours := appliedBy(t.Run, st, in.Pending)
	if now := fmt.Sprintf("applied=%d", len(st.Applied)-len(ours)); now != t.Step.Precondition {
		return release.StepDone{}, a.w.overtaken(t.Step, now)
	}
	before, err := a.openBefore(ctx, t.Was)
	if err != nil {
		return release.StepDone{}, err
	}
	pending = slices.DeleteFunc(pending, func(m migrate.Migration) bool { return ours[m.Name] })
	for i, m := range pending {
		rec := applying{Migration: plan.Migration{Name: m.Name, SHA256: m.SHA256}}
		if i == 0 {
			rec.Open = before
		}
		if err := t.Intent("apply "+m.Name, rec); err != nil {
			return release.StepDone{}, err
		}
	}
	done, err := migrate.Up(ctx, a.w.Database, pending, migrate.Options{
		LockTimeout: in.LockTimeout, Commit: a.commit.String(), Release: t.Run, Fence: a.w.Fence,
		Say: func(line string) { t.Say("", line) },
	})
	if err == nil {
		err = a.opensNothing(ctx, t, before)
	}
	if err != nil {
		return release.StepDone{}, err
	}
	return release.StepDone{Text: fmt.Sprintf("%d applied", len(ours)+len(done))}, nil
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
// have waited for the next release. It says how many there are by the database's own record: one that failed is none.
func (a migrations) Undo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	meant, err := intended(was)
	if err != nil {
		return release.StepDone{}, err
	}
	const stay = "applied migrations stay"
	n, known := a.applied(ctx, t, meant)
	switch {
	case !known:
		return release.StepDone{Text: stay, Kept: fmt.Sprintf("migrations (at most %d of this release: the database cannot be asked)", len(meant))}, nil
	case n == 0:
		return release.StepDone{Text: "no migration was applied"}, nil
	}
	return release.StepDone{Text: stay, Kept: fmt.Sprintf("migrations (%d of this release)", n)}, nil
}

// intended are the migrations that were about to be applied.
func intended(was engine.Was) ([]plan.Migration, error) { return intendedOf(was.Intents) }

func intendedOf(intents []json.RawMessage) ([]plan.Migration, error) {
	var out []plan.Migration
	for _, raw := range intents {
		var m plan.Migration
		if err := json.Unmarshal(raw, &m); err != nil {
			return nil, err
		}
		if !slices.Contains(out, m) { // one that was taken up again is meant twice
			out = append(out, m)
		}
	}
	return out, nil
}

// applied counts those that are on record, finished or not; known is false where the record cannot be read.
func (a migrations) applied(ctx context.Context, t *engine.Task, meant []plan.Migration) (n int, known bool) {
	var in plan.MigrationsInputs
	if json.Unmarshal(t.Step.Inputs, &in) != nil {
		return 0, false
	}
	all, err := migrate.Load(os.DirFS(filepath.Join(a.w.Dir, in.Dir)), in.Dir)
	if err != nil {
		return 0, false
	}
	st, err := migrate.ReadStatus(ctx, a.w.Database, all)
	if err != nil {
		return 0, false
	}
	for _, m := range meant {
		is := func(r migrate.Applied) bool { return r.Name == m.Name }
		if slices.ContainsFunc(st.Applied, is) || slices.ContainsFunc(st.Unfinished, is) {
			n++
		}
	}
	return n, true
}
