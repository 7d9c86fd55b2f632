package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v3"

	"readme/cli/migrate"
	"readme/cli/migrate/lint"
	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/view"
)

func (a *app) migrateLintCommand() *cli.Command {
	var since string
	var strict bool
	return &cli.Command{
		Name: "lint", ArgsUsage: "[FILES]",
		Usage: "say what in the migrations would block, break or open a database in use; offline, for CI",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "since", Usage: "only the files that this commit or branch does not have", Destination: &since},
			&cli.BoolFlag{Name: "strict", Usage: "exit 3 for warnings, too", Destination: &strict},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if since != "" && c.Args().Len() > 0 {
				return usage("--since chooses the files, so none can be named", "readme-ops migrate lint --help")
			}
			return a.migrateLint(ctx, c.Args().Slice(), since, strict)
		},
	}
}

// migrateLint lets the rules look at all files, for an earlier one tells what a later one changes, and shows what they say
// of those that are asked for.
func (a *app) migrateLint(ctx context.Context, names []string, since string, strict bool) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	dir, files, err := a.migrations(p)
	if err != nil {
		return err
	}
	rules := lint.Project{Supabase: p.rel.OnSupabase()}
	chosen := files
	switch {
	case since != "":
		src, err := a.source(ctx, p)
		if err != nil {
			return err
		}
		base, err := src.Base(ctx, since)
		if err != nil {
			return err
		}
		if chosen, err = newSince(ctx, p, src, files, base); err != nil {
			return err
		}
		rules.New = among(chosen)
	case len(names) > 0:
		if chosen, err = named(files, names); err != nil {
			return err
		}
	}
	found := lint.Of(lint.Check(files, rules), among(chosen))
	if len(chosen) == len(files) {
		about, err := lint.Folder(os.DirFS(filepath.Join(p.dir, p.rel.Migrations.Dir)), dir, files)
		if err != nil {
			return fmt.Errorf("read the folder of the migrations: %w", err)
		}
		found = slices.Concat(about, found)
	}
	return a.tellLint(found, len(chosen), strict)
}

// tellLint shows what was found, and ends the command by it.
func (a *app) tellLint(found []lint.Diagnostic, files int, strict bool) error {
	errors, warnings := lintFaults(found)
	if strict {
		errors, warnings = append(errors, warnings...), nil
	}
	a.outcome.Faults = errors
	if err := a.showLint(found, files); err != nil {
		return err
	}
	a.annotate("error", errors...)
	a.annotate("warning", warnings...)
	if len(errors) > 0 {
		return exitError(release.ExitInvalid)
	}
	return nil
}

func lintFaults(found []lint.Diagnostic) (errors, warnings release.Faults) {
	for _, d := range found {
		if d.Stops() {
			errors = append(errors, d.Fault())
		} else {
			warnings = append(warnings, d.Fault())
		}
	}
	return errors, warnings
}

// showLint writes the result: lines, or one JSON object with --view json.
func (a *app) showLint(found []lint.Diagnostic, files int) error {
	if a.view == "json" {
		if found == nil {
			found = []lint.Diagnostic{}
		}
		enc := json.NewEncoder(a.sys.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"v": 1, "diagnostics": found, "migrations": files})
	}
	rows := make([]view.LintRow, 0, len(found))
	for _, d := range found {
		rows = append(rows, view.LintRow{
			Error: d.Stops(), Rule: d.Rule, Where: d.Where, Title: d.Title, Help: d.Help, Better: d.Better,
			Line: d.Snippet.Line, Start: d.Snippet.Start, End: d.Snippet.End,
		})
	}
	_, err := fmt.Fprint(a.sys.Out, view.Lint(rows, files, a.outStyle()))
	return err
}

// newSince picks the files that another commit does not have.
func newSince(ctx context.Context, p *project, src *source.Source, files []migrate.Migration, base source.Base) ([]migrate.Migration, error) {
	then, err := src.SumsAt(ctx, base.Commit, []string{p.rel.Migrations.Dir + "/*.sql"})
	if err != nil {
		return nil, err
	}
	fresh, err := migrate.Since(files, then, base.Name)
	if err != nil {
		return nil, err
	}
	return named(files, fresh)
}

// named picks files by their names, with or without the folder.
func named(files []migrate.Migration, names []string) ([]migrate.Migration, error) {
	var out []migrate.Migration
	for _, name := range names {
		i := slices.IndexFunc(files, func(m migrate.Migration) bool {
			return m.Name == name || m.File == path.Clean(filepath.ToSlash(name))
		})
		if i < 0 {
			return nil, usage(fmt.Sprintf("there is no migration %q", name), "readme-ops migrate lint")
		}
		out = append(out, files[i])
	}
	return out, nil
}

// among reports whether a file is one of these, by its name.
func among(files []migrate.Migration) func(name string) bool {
	names := map[string]bool{}
	for _, m := range files {
		names[m.Name] = true
	}
	return func(name string) bool { return names[name] }
}
