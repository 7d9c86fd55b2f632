package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/view"
)

func (a *app) envFixCommand() *cli.Command {
	var dry bool
	return &cli.Command{
		Name:  "fix",
		Usage: "write the env.example files and docs/release-env-matrix.md from envmatrix.yaml",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "show the differences and write nothing; exit 4 if there are any", Destination: &dry},
		},
		Action: noArgs(func(context.Context, *cli.Command) error { return a.envFix(dry) }),
	}
}

// envFix mends what needs no decision, and ends with 4 where something is left for a person, or, in a dry run, to be written.
func (a *app) envFix(dry bool) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	project := env.Project{Dir: p.near, Values: p.values, Release: p.rel, Matrix: p.matrix}
	changes, left := env.Fix(project)
	if !dry {
		if err := env.Write(p.near, changes); err != nil {
			return err
		}
		if len(changes) > 0 { // the places are now others
			var more []env.Change
			if more, left = env.Fix(project); len(more) > 0 {
				return fmt.Errorf("%s is not as it should be after it was written", more[0].Path)
			}
		}
	}
	if err := a.showFix(p, dry, changes, left); err != nil {
		return err
	}
	switch {
	case len(left) > 0 && a.view != "json":
		return env.Faults(left)
	case len(left) > 0, dry && len(changes) > 0:
		return exitError(release.ExitDrift)
	}
	return nil
}

// showFix writes the result: in a dry run a diff, else the files that were written; one JSON object with --view json.
func (a *app) showFix(p *project, dry bool, changes []env.Change, left []env.Finding) error {
	if a.view == "json" {
		return a.fixJSON(p, dry, changes, left)
	}
	for _, c := range changes {
		before, after := c.Shown(p.matrix)
		line := view.Diff(c.Path, before, after, a.sys.OutTTY, a.outStyle())
		if !dry {
			line = wrote(p, c) + "\n"
		}
		if _, err := fmt.Fprint(a.sys.Out, line); err != nil {
			return err
		}
	}
	switch {
	case len(changes) == 0 && len(left) == 0:
		a.say("nothing to change: %d examples and %s are as %s says", len(p.matrix.Services), env.DocsFile, p.matrix.File)
	case len(changes) == 0:
		a.say("nothing was changed: what is left needs a decision")
	case dry:
		a.say("%d of %d files would be written; nothing was changed", len(changes), len(p.matrix.Services)+1)
	}
	return nil
}

func wrote(p *project, c env.Change) string {
	added, removed := view.DiffLines(c.Before, c.After)
	verb := "wrote"
	if c.Before == nil {
		verb = "made"
	}
	return fmt.Sprintf("%-5s %s (+%d -%d)", verb, release.Printable(filepath.Join(p.near, filepath.FromSlash(c.Path))), added, removed)
}

// fixJSON is {"v": 1, "written": false, "changes": [{"path", "made", "added", "removed"}], "findings": [...]}.
func (a *app) fixJSON(p *project, dry bool, changes []env.Change, left []env.Finding) error {
	type change struct {
		Path    string `json:"path"`
		Made    bool   `json:"made"`
		Added   int    `json:"added"`
		Removed int    `json:"removed"`
	}
	type finding struct {
		Rule  string        `json:"rule"`
		Where release.Place `json:"where"`
		Title string        `json:"title"`
		Fix   string        `json:"fix"`
		Try   string        `json:"try,omitempty"`
	}
	list, findings := []change{}, []finding{}
	for _, c := range changes {
		added, removed := view.DiffLines(c.Before, c.After)
		list = append(list, change{filepath.ToSlash(filepath.Join(p.near, c.Path)), c.Before == nil, added, removed})
	}
	for _, f := range left {
		findings = append(findings, finding(f))
	}
	enc := json.NewEncoder(a.sys.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"v": 1, "written": !dry && len(changes) > 0, "changes": list, "findings": findings})
}
