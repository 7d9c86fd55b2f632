package steps

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/release"
)

// since finds out which migrations were applied after a run, and which of them forbid to go back to it. Where the database
// cannot be asked, the runs on record since tell what they have applied, and away says why.
func (w *World) since(ctx context.Context, q Question, h *History, run *release.State, past *plan.Past) error {
	if q.Release.Migrations.Dir == "" {
		past.Since = 0
		return nil
	}
	files, err := migrate.Load(os.DirFS(filepath.Join(w.Dir, q.Release.Migrations.Dir)), q.Release.Migrations.Dir)
	if err != nil {
		return err
	}
	names, err := w.appliedSince(ctx, h, files, run)
	past.Since = len(names)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		past.Since, past.Away, names = -1, release.AsFault(err).Title, h.applied(run)
	}
	for _, m := range files {
		if m.AfterDeploy && slices.Contains(names, m.Name) {
			past.Barred = append(past.Barred, m.Name)
		}
	}
	return nil
}

// appliedSince asks the database's own record. One that was applied by hand is later where its time is.
func (w *World) appliedSince(ctx context.Context, h *History, files []migrate.Migration, run *release.State) ([]string, error) {
	st, err := migrate.ReadStatus(ctx, w.Database, files)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range slices.Concat(st.Applied, st.Unfinished) {
		if r.Release != "" && h.since(r.Release, run) || r.Release == "" && r.At.After(run.Ended) {
			names = append(names, r.Name)
		}
	}
	return names, nil
}

// applied names the migrations that the runs after one have set out to apply.
func (h *History) applied(run *release.State) []string {
	var names []string
	for _, r := range h.runs {
		if r == run {
			break
		}
		for _, st := range r.Steps {
			if st.Step.Kind != release.KindMigrations {
				continue
			}
			was, err := intendedOf(st.Intents)
			if err != nil {
				continue
			}
			for _, m := range was {
				names = append(names, m.Name)
			}
		}
	}
	return names
}
