package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"

	"github.com/urfave/cli/v3"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/view"
)

func (a *app) envCheckCommand() *cli.Command {
	return &cli.Command{
		Name:   "check",
		Usage:  "find what does not agree: examples, code, values, rules; offline, for CI",
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.envCheck(ctx) }),
	}
}

// envCheck looks at everything that lies in files. With --env it reads the values of that environment alone.
func (a *app) envCheck(ctx context.Context) error {
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // it is over before most of what it reads is garbage
	p, err := a.project()
	if err != nil {
		return err
	}
	look := a.looksAt(p)
	if look.Environments, err = a.environments(p); err != nil {
		return err
	}
	report, err := env.Check(ctx, look)
	if err != nil {
		return err
	}
	faults := faultsOf(report.Findings())
	for i, f := range report.Findings() {
		faults[i].Try = f.Try // the words say what to change; another command would not
	}
	a.outcome.Faults = faults
	if err := a.showCheck(report); err != nil {
		return err
	}
	a.annotate("error", faults...)
	if len(faults) > 0 {
		return exitError(release.ExitDrift)
	}
	return nil
}

func faultsOf(findings []env.Finding) release.Faults {
	all, _ := errors.AsType[release.Faults](env.Faults(findings))
	return all
}

// looksAt is what env check, env fix and a release look at of a project. The values files are for env check to add.
func (a *app) looksAt(p *project) env.Project {
	with := p.withOwn()
	return env.Project{
		Dir: p.near, Values: p.values, Release: p.rel, Matrix: p.matrix,
		Git: a.gitOf(p), Committed: a.committedIn(p), Own: with.Variables, Process: a.sys.Lookup,
	}
}

// gitOf asks git about files, where there is one: a project in no repository has nothing that could be committed.
func (a *app) gitOf(p *project) env.Git {
	return func(ctx context.Context, paths []string) (tracked, ignored map[string]bool, err error) {
		full := make([]string, len(paths))
		for i, path := range paths {
			if full[i] = path; !filepath.IsAbs(path) {
				full[i] = filepath.Join(a.sys.Dir, path)
			}
		}
		tracked, err = source.Tracked(ctx, p.home, a.sys.Environ, full)
		if err == nil {
			ignored, err = source.Ignored(ctx, p.home, a.sys.Environ, full)
		}
		near := func(of map[string]bool) map[string]bool {
			out := make(map[string]bool, len(of))
			for i, path := range paths {
				out[path] = of[full[i]]
			}
			return out
		}
		return near(tracked), near(ignored), err
	}
}

// committedIn lists the .env files that git has, where there is one.
func (a *app) committedIn(p *project) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		files, err := source.EnvFiles(ctx, p.dir, a.sys.Environ)
		if errors.Is(err, source.ErrNoRepository) {
			return nil, nil
		}
		return files, err
	}
}

// parity holds everything that lies in files against the matrix: nothing moves while it differs. The values are not looked at
// here: whoever opens an environment reads them, and finds the same.
func (a *app) parity(ctx context.Context, p *project) error {
	report, err := env.Check(ctx, a.looksAt(p))
	if err != nil {
		return err
	}
	var stops []env.Finding
	for _, f := range report.Findings() {
		if f.Stops() {
			stops = append(stops, f)
		}
	}
	return env.Faults(stops)
}

// showCheck writes the result: lines, or one JSON object with --view json.
func (a *app) showCheck(r env.Report) error {
	groups := make([]view.CheckGroup, 0, len(r.Groups))
	rows := []view.CheckRow{}
	for _, g := range r.Groups {
		group := view.CheckGroup{Name: g.Name}
		for _, f := range g.Findings {
			group.Rows = append(group.Rows, view.CheckRow{Group: g.Name, Rule: f.Rule, Where: f.Where, Title: f.Title, Fix: f.Fix, Try: f.Try})
		}
		groups, rows = append(groups, group), append(rows, group.Rows...)
	}
	if a.view == "json" {
		return a.checkJSON(r, rows)
	}
	for _, n := range r.Notes {
		a.say("%s", n)
	}
	_, err := fmt.Fprint(a.sys.Out, view.Check(groups, looked(r.Counts), a.outStyle()))
	return err
}

// checkJSON writes what a program reads; docs/checks.md has its shape.
func (a *app) checkJSON(r env.Report, rows []view.CheckRow) error {
	notes := r.Notes
	if notes == nil {
		notes = []string{}
	}
	enc := json.NewEncoder(a.sys.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{
		"v": 1, "findings": rows, "notes": notes,
		"checked": map[string]int{
			"variables": r.Counts.Variables, "services": r.Counts.Services, "examples": r.Counts.Examples, "values": r.Counts.Values,
			"sources": r.Counts.Sources, "reads": r.Counts.Reads,
		},
	})
}

// looked is what a clean project gets to hear.
func looked(c env.Counts) string {
	text := fmt.Sprintf("The %d variables of %d services agree: %d examples, %d reads in %d files of code", c.Variables, c.Services, c.Examples, c.Reads, c.Sources)
	if c.Values > 0 {
		text += fmt.Sprintf(", %d with values", c.Values)
	}
	return text + "."
}
