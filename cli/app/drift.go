package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
	"readme/cli/view"
)

func (a *app) driftCommand() *cli.Command {
	var reportOnly bool
	return &cli.Command{
		Name: "drift", Category: "environment",
		Usage: "say what was changed by hand since the commit that is live was released",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "report-only", Usage: "exit 0 although something has drifted", Destination: &reportOnly},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.drift(ctx, reportOnly) }),
	}
}

// overdue is how old a change by hand may get before it has to be in the repository, too.
const overdue = 24 * time.Hour

// drift holds an environment against the commit that is live, and not against the work tree.
func (a *app) drift(ctx context.Context, reportOnly bool) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	h, err := historyIn(ctx, a.recordsOf(ctx, p, true, env), env)
	if err != nil {
		return err
	}
	then, notes, done := a.released(ctx, p, h.Last())
	defer done()
	if env, err = a.environment(then); err != nil {
		return err
	}
	w, err := a.open(ctx, then, env, "drift")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	answered := a.slowly(w.vendors())
	found := steps.ReadDrift(ctx, w.steps, steps.Question{
		Release: then.rel, Matrix: then.matrix, Env: env, Box: w.boxed, Without: w.without, Outputs: w.outputs,
	}, h, p.dir)
	answered()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	rows, seen := w.driftRows(ctx, found.Found, len(found.Unread) > 0)
	a.outcome.Drift = append([]view.DriftRow{}, rows...)
	found.Notes = append(append(notes, seen...), found.Notes...)
	if err := a.showDrift(env, h.Last(), rows, found); err != nil {
		return err
	}
	w.tellDrift(ctx, rows)
	switch {
	case len(found.Unread) > 0 && (len(rows) == 0 || reportOnly):
		return found.Unread
	case len(rows) > 0 && !reportOnly:
		return exitError(release.ExitDrift)
	}
	return nil
}

// historyIn are the releases of an environment, as far as they are on record.
func historyIn(ctx context.Context, r records, env spec.Environment) (*steps.History, error) {
	const enough = 100
	list, err := r.list(ctx, enough)
	if err != nil {
		return nil, err
	}
	var runs []*release.State
	for _, k := range list {
		if k.State != nil && counts(k.State, env.Name) {
			runs = append(runs, k.State)
		}
	}
	return steps.NewHistory(runs), nil
}

// released is the project as it is in the commit that was released last: what stands in the work tree since is no drift.
// Where that commit cannot be had, it is the work tree, and the notes say so.
func (a *app) released(ctx context.Context, p *project, last *release.State) (then *project, notes []string, done func()) {
	here := func(why string) (*project, []string, func()) {
		return p, []string{"held against the work tree, not against the commit that is live: " + why}, func() {}
	}
	if last == nil {
		return here("no release is on record")
	}
	commit := last.Plan.Commit
	src, err := a.source(ctx, p)
	switch {
	case err != nil:
		return here(plainly(err))
	case commit.String() == src.Commit.String():
		return p, nil, func() {}
	case commit.Dirty != "":
		return here("run " + last.Run + " released a work tree with changes that are in no commit")
	}
	then, done, err = a.checkOut(ctx, p, commit)
	if err != nil {
		return here(plainly(err))
	}
	return then, nil, done
}

// driftRows adds since when each thing is so, as the environment's record knows it.
func (w *world) driftRows(ctx context.Context, found []steps.Drift, partly bool) (rows []view.DriftRow, notes []string) {
	keys := make([]string, len(found))
	for i, d := range found {
		keys[i] = d.Key()
	}
	seen, err := w.sightings(ctx, keys, partly)
	if err != nil {
		notes = []string{"since when each is so is not known: " + release.AsFault(err).Title}
	}
	for _, d := range found {
		row := view.DriftRow{Key: d.Key(), Where: d.Where, What: d.What, Expected: d.Expected, Found: d.Found, Try: d.Try}
		if s, ok := seen[d.Key()]; ok {
			first := s.First.UTC()
			row.First, row.AgeMS, row.Overdue = &first, s.Age.Milliseconds(), s.Age > overdue
		}
		rows = append(rows, row)
	}
	return rows, notes
}

// sightings notes in the environment's record what has drifted. What could only be looked at in part lets nothing be
// forgotten: what is not found now may be where nobody could look.
func (w *world) sightings(ctx context.Context, keys []string, partly bool) (map[string]ledger.Sighting, error) {
	db := w.record()
	if partly {
		known, err := db.Sighted(ctx)
		if err != nil {
			return nil, err
		}
		keys = append(slices.Collect(maps.Keys(known)), keys...)
	}
	return db.Seen(ctx, keys)
}

// showLook writes what a look at what is live has found, and then what could not be looked at.
func (a *app) showLook(text string, unread []string) error {
	if _, err := fmt.Fprint(a.sys.Out, text); err != nil {
		return err
	}
	for _, t := range unread {
		a.say("could not be looked at: %s", t)
	}
	return nil
}

// showDrift writes the result: a table, or one JSON object with --view json.
func (a *app) showDrift(env spec.Environment, last *release.State, rows []view.DriftRow, found steps.Drifted) error {
	commit := ""
	if last != nil {
		commit = last.Plan.Commit.String()
	}
	var unread []string
	for _, f := range found.Unread {
		unread = append(unread, f.Title)
	}
	if a.view == "json" {
		enc := json.NewEncoder(a.sys.Out)
		enc.SetIndent("", "  ")
		if rows == nil {
			rows = []view.DriftRow{}
		}
		return enc.Encode(map[string]any{
			"v": 1, "env": env.Name, "commit": commit, "drift": rows, "unread": unread, "notes": found.Notes,
		})
	}
	for _, n := range found.Notes {
		a.say("%s", n)
	}
	return a.showLook(view.Drift(rows, len(unread) > 0, a.outStyle()), unread)
}
