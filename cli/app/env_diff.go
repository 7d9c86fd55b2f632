package app

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/env"
	"readme/cli/ledger"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
	"readme/cli/view"
)

func (a *app) envDiffCommand() *cli.Command {
	var all bool
	return &cli.Command{
		Name:  "diff",
		Usage: "hold the variables at the vendors against the values of an environment",
		Description: "Every variable of every service is read at its vendor and held against envmatrix.yaml, the values that are given here, and what readme-ops has " +
			"pushed last where a vendor shows a value to nobody. Values are shown as fingerprints, never in clear. It exits 4 where something differs. --view json tells all variables.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "all", Usage: "also list what is as it should be, and what was not given here", Destination: &all},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.envDiff(ctx, all) }),
	}
}

func (a *app) envDiff(ctx context.Context, all bool) error {
	a.outcome.Command = "env diff"
	p, err := a.project()
	if err != nil {
		return err
	}
	e, err := a.environment(p)
	if err != nil {
		return err
	}
	w, err := a.open(ctx, p, e, "env diff")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	answered := a.slowly(w.vendors())
	rows, err := w.steps.ReadVariables(ctx, w.question())
	answered()
	var unread release.Faults
	if err != nil && !errors.As(err, &unread) {
		return err
	}
	shown, notes := w.variableRows(ctx, rows, len(unread) > 0)
	a.outcome.Variables = append([]view.VariableRow{}, shown...)
	if err := a.showVariables(w, shown, notes, unread, all); err != nil {
		return err
	}
	switch differs := slices.ContainsFunc(shown, func(r view.VariableRow) bool { return r.Differs }); {
	case differs:
		return exitError(release.ExitDrift)
	case len(unread) > 0:
		return unread
	}
	return nil
}

// question asks for the variables alone.
func (w *world) question() steps.Question {
	return steps.Question{
		Release: w.project.rel, Matrix: w.project.matrix, Env: w.env, Box: w.boxed, Without: w.without, Outputs: w.outputs,
	}
}

// variableRows adds since when each difference is there, as the environment's record knows it, and what to do about it.
func (w *world) variableRows(ctx context.Context, rows []env.Row, partly bool) (out []view.VariableRow, notes []string) {
	if w.steps.Unrecorded != "" {
		notes = append(notes, "what readme-ops has pushed is not known: "+w.steps.Unrecorded)
	}
	var keys []string
	for _, r := range rows {
		if r.Differs() {
			keys = append(keys, steps.VariableKey(r.Service, r.Variable))
		}
	}
	seen, err := w.sightVariables(ctx, keys, partly)
	if err != nil {
		notes = append(notes, "since when each is so is not known: "+release.AsFault(err).Title)
	}
	for _, r := range rows {
		row := variableRow(r)
		row.Try = w.mend(r)
		if s, ok := seen[steps.VariableKey(r.Service, r.Variable)]; ok && row.Differs {
			first := s.First.UTC()
			row.First, row.AgeMS = &first, s.Age.Milliseconds()
		}
		out = append(out, row)
	}
	return out, notes
}

// sightVariables notes which variables differ, beside everything else that has drifted: nobody has looked for that now.
func (w *world) sightVariables(ctx context.Context, keys []string, partly bool) (map[string]ledger.Sighting, error) {
	known, err := w.record().Sighted(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if partly || !strings.Contains(k, steps.VariableKey("", "")) {
			keys = append(keys, k)
		}
	}
	return w.record().Seen(ctx, keys)
}

func variableRow(r env.Row) view.VariableRow {
	row := view.VariableRow{
		Service: r.Service, To: r.To, Variable: r.Variable, State: string(r.State), Differs: r.Differs(), Stale: r.Stale, Since: r.Since,
		Here: r.Here, There: r.There, Given: r.Given, Readable: r.Readable, Secret: r.Secret, Required: r.Required, Owner: r.Owner, Why: r.Why,
		Updated: when(r.Updated), Pushed: when(r.Pushed),
	}
	if r.At.File != "" {
		row.Where = r.At.String()
	}
	return row
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// mend is the command that puts a variable right, if there is one.
func (w *world) mend(r env.Row) string {
	of := " --env " + release.ShellWord(w.env.Name)
	switch ours := r.Given && r.Owner == ""; {
	case r.Absent:
		return "readme-ops release" + of
	case ours && r.State == env.StateDifferent && r.Unsure != "":
		return "readme-ops env push --unknown" + of
	case ours && (r.State == env.StateMissing || r.State == env.StateDifferent):
		return "readme-ops env push" + of
	case ours && r.State == env.StateUnknown:
		return "readme-ops env push --unknown" + of
	case r.Stale && r.State != env.StateExtra:
		return "readme-ops release" + of
	}
	return ""
}

// showVariables writes the result: a table, or one JSON object with --view json.
func (a *app) showVariables(w *world, rows []view.VariableRow, notes []string, unread release.Faults, all bool) error {
	titles := []string{}
	for _, f := range unread {
		titles = append(titles, provider.AsFault(f).Title)
	}
	if a.view == "json" {
		enc := json.NewEncoder(a.sys.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{
			"v": 1, "env": w.env.Name, "box": w.boxed, "variables": append([]view.VariableRow{}, rows...), "unread": titles, "notes": append([]string{}, notes...),
		})
	}
	for _, n := range notes {
		a.say("%s", n)
	}
	return a.showLook(view.Variables(rows, all, len(unread) > 0, a.outStyle()), titles)
}
