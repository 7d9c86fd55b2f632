package steps

import (
	"context"
	"fmt"
	"time"

	"readme/cli/engine"
	"readme/cli/migrate"
	"readme/cli/provider"
	"readme/cli/release"
)

// opensNothing fails if the migrations of this release have opened a table of public to everybody. They are applied by
// then and stay; what goes live on top of them is held back. A database that is away for a moment is asked again.
func (a migrations) opensNothing(ctx context.Context, t *engine.Task, before []migrate.Table) error {
	const tries = 3
	for try := 1; ; try++ {
		now, err := migrate.Exposed(ctx, a.w.Database)
		if err == nil {
			if f := migrate.OpenFault(migrate.Opened(before, now)); f != nil {
				return f
			}
			return nil
		}
		if ctx.Err() != nil || try == tries {
			return err
		}
		t.Say("", "cannot see whether a table is open to everybody, asking again: "+err.Error())
		if err := sleep(ctx, time.Duration(try)*time.Second); err != nil {
			return err
		}
	}
}

// openTables are the plan's warnings about what is open already: a release that does not change it is not held up.
func (w *World) openTables(ctx context.Context) ([]string, error) {
	open, err := migrate.Exposed(ctx, w.Database)
	if err != nil {
		return nil, err
	}
	var out []string
	for i, t := range open {
		if i == 5 {
			return append(out, fmt.Sprintf("%d more tables and views are open to everybody: readme-ops doctor", len(open)-i)), nil
		}
		out = append(out, t.String()+"; close it: "+t.Mend())
	}
	return out, nil
}

// ExamineDatabase looks for doctor whether the database answers, and whether a table of public is open to everybody.
func ExamineDatabase(ctx context.Context, database release.Secret) []provider.Finding {
	open, err := migrate.Exposed(ctx, database)
	if err != nil {
		f := release.AsFault(err)
		text := f.Title
		if f.Detail != "" {
			text += ": " + f.Detail
		}
		return []provider.Finding{{What: "database", Text: text, Mood: provider.Bad}}
	}
	out := []provider.Finding{{What: "database", Text: "answers", Mood: provider.Good}}
	for _, t := range open {
		out = append(out, provider.Finding{
			What: "open table", Text: t.String(), Mood: provider.Warn,
			Try: `psql "$DATABASE_URL" -c ` + release.ShellWord(t.Mend()),
		})
	}
	if len(open) == 0 {
		out = append(out, provider.Finding{What: "tables", Text: "none of public is open to the anonymous role", Mood: provider.Good})
	}
	return out
}
