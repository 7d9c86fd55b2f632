package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/urfave/cli/v3"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
	"readme/cli/view"
)

func (a *app) envPullCommand() *cli.Command {
	var out string
	var dryRun bool
	return &cli.Command{
		Name:  "pull",
		Usage: "write a values file from what the vendors have",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "another file than the environment's own `FILE`", Destination: &out},
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would be written, and write nothing", Destination: &dryRun},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.envPull(ctx, out, dryRun) }),
	}
}

// envPull brings what the vendors have into a values file. Nothing of it is shown but fingerprints.
func (a *app) envPull(ctx context.Context, out string, dryRun bool) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	e, err := a.environment(p)
	if err != nil {
		return err
	}
	at, err := a.valuesFile(p, e, out)
	if err != nil {
		return err
	}
	if err := at.private(ctx, a.sys.Environ); err != nil {
		return err
	}
	file, err := at.read()
	if err != nil {
		return err
	}
	w, err := a.open(ctx, p, e, "pull")
	if err != nil {
		return err
	}
	defer w.close(ctx)
	kept, err := w.steps.Kept(ctx, steps.Question{
		Release: p.rel, Matrix: p.matrix, Env: e, Box: w.boxed, Looks: true, Without: w.without, Outputs: w.outputs,
	})
	if err != nil {
		return err
	}
	a.learn(p, kept)
	pull := env.Pull{Matrix: p.matrix, Environment: e.Name, File: file, Services: kept, Values: w.steps.Values, Key: w.steps.Fingerprints}
	changed, rows, findings := pull.Apply()
	if err := env.Faults(findings); err != nil {
		return err
	}
	if !dryRun {
		if err := at.write(file, changed); err != nil {
			return err
		}
	}
	a.elsewhere(changed, rows)
	return a.showPull(e, at, rows, dryRun)
}

// learn makes sure that no value of the product's variables is shown. What a vendor adds of its own is no secret: names and ids.
func (a *app) learn(p *project, kept []env.Kept) {
	for _, k := range kept {
		for _, v := range k.Has {
			if slices.ContainsFunc(p.matrix.Variables, func(m spec.Variable) bool { return m.Name == v.Name }) {
				a.veil.learn(p.matrix, map[string]release.Secret{v.Name: v.Value})
			}
		}
	}
}

// elsewhere warns of variables that the shell has another value for than the file has now: two that differ stop every command.
func (a *app) elsewhere(file env.File, rows []env.Pulled) {
	for _, r := range rows {
		entry, _ := file.Get(r.Variable)
		text, given := a.sys.Lookup(r.Variable)
		if (r.Deed == env.Added || r.Deed == env.Changed) && given && !env.IsOnePassword(text) && text != entry.Value.Reveal() {
			a.say("%s has another value in the environment of readme-ops, and two that differ stop every command; try: unset %s", r.Variable, r.Variable)
		}
	}
}

func (a *app) showPull(e spec.Environment, at valuesFile, rows []env.Pulled, dryRun bool) error {
	shown := view.Pulled{Env: e.Name, File: at.near, DryRun: dryRun, Rows: []view.PullRow{}}
	for _, r := range rows {
		here := "nothing"
		if r.Had {
			here = env.Short(r.Here)
		}
		shown.Rows = append(shown.Rows, view.PullRow{
			Variable: r.Variable, Deed: string(r.Deed), From: r.From, Here: here, There: env.Short(r.There), Why: r.Why,
		})
	}
	if a.view == "json" {
		enc := json.NewEncoder(a.sys.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Version int `json:"v"`
			view.Pulled
		}{1, shown})
	}
	_, err := fmt.Fprint(a.sys.Out, view.Pull(shown, a.outStyle()))
	return err
}

// read gives the file as it is; one that is not there yet has nothing in it. What is wrong with its lines has to be mended first.
func (v valuesFile) read() (env.File, error) {
	file, findings, err := env.ReadFile(v.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return env.File{Path: v.near}, nil
	case err != nil:
		return env.File{}, &release.Fault{Title: "cannot read " + v.near, Detail: err.Error(), Try: "ls -l " + release.ShellWord(v.near), Exit: release.ExitDrift, Cause: err}
	}
	return file, env.Faults(findings)
}
