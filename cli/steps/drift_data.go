package steps

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/release"
)

func (w *World) bucketDrift(ctx context.Context, q Question) ([]Drift, error) {
	want := q.Release.Bucket
	is, err := w.readBucket(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []Drift
	add := func(what, expected, found string) {
		if expected != found {
			out = append(out, Drift{Where: "bucket " + want.Name, What: what, Expected: expected, Found: found, Try: "readme-ops plan" + w.flag()})
		}
	}
	if !is.Found {
		add("existence", "it exists", doesNotExist)
		return out, nil
	}
	types := func(list []string) string {
		if len(list) == 0 {
			return "any type"
		}
		return strings.Join(slices.Sorted(slices.Values(list)), ", ")
	}
	add("privacy", plan.Privacy(want.Public), plan.Privacy(is.Public))
	add("limit", plan.Size(want.MaxSize), plan.Size(is.MaxSize))
	add("types", types(want.Types), types(is.Types))
	return out, nil
}

// tableDrift finds what of the database is open to everybody.
func (w *World) tableDrift(ctx context.Context) ([]Drift, error) {
	open, err := migrate.Exposed(ctx, w.Database)
	var out []Drift
	for _, t := range open {
		out = append(out, Drift{
			Where: "database", What: t.Kind + " " + t.Name, Expected: "closed to the public roles", Found: "open to " + strings.Join(t.Roles, " and "),
			Try: `psql "$DATABASE_URL" -c ` + release.ShellWord(t.Mend()),
		})
	}
	return out, err
}

// migrationDrift holds the database's record against the files here, and against those of the commit that is live: what
// that commit has and the database has not is missing, what only the work tree has is pending and no drift.
func (w *World) migrationDrift(ctx context.Context, q Question, here string) ([]Drift, error) {
	dir := q.Release.Migrations.Dir
	then, err := migrate.Load(os.DirFS(filepath.Join(w.Dir, dir)), dir)
	if err != nil {
		return nil, err
	}
	now := then
	if here != w.Dir {
		if now, err = migrate.Load(os.DirFS(filepath.Join(here, dir)), dir); err != nil {
			return nil, err
		}
	}
	st, err := migrate.ReadStatus(ctx, w.Database, now)
	if err != nil {
		return nil, err
	}
	has := func(list []migrate.Migration, name string) bool {
		return slices.ContainsFunc(list, func(m migrate.Migration) bool { return m.Name == name })
	}
	var out []Drift
	add := func(name, expected, found, try string) {
		out = append(out, Drift{Where: "database", What: "migration " + name, Expected: expected, Found: found, Try: try})
	}
	for _, e := range st.Edited {
		add(e.Migration.Name, "the file as it was applied, sha256 "+e.Applied.SHA256[:min(12, len(e.Applied.SHA256))],
			"it was edited, sha256 "+e.Migration.SHA256[:12], "git log -p -- "+e.Migration.File)
	}
	for _, r := range st.Deleted {
		if !has(then, r.Name) {
			add(r.Name, "a file in "+dir, "it was applied, and there is no such file", "git log --oneline --all -- '*"+r.Name+"'")
		}
	}
	for _, m := range st.Pending {
		if has(then, m.Name) {
			add(m.Name, "applied, as the commit that is live has it", "it is not on record", "readme-ops plan"+w.flag())
		}
	}
	for _, r := range st.Unfinished {
		add(r.Name, "applied", "it was begun, and nobody knows how it ended", "")
	}
	return out, nil
}
