package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/ledger"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/view"
)

func (a *app) statusCommand() *cli.Command {
	return &cli.Command{
		Name: "status", Category: "proof", Usage: "say what is live, and how the last release ended",
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.status(ctx) }),
	}
}

// status prints, for each environment or for that of --env, its last release and what its vendors say is live.
func (a *app) status(ctx context.Context) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	envs, err := a.environments(p)
	if err != nil {
		return err
	}
	for i, env := range envs {
		if i > 0 {
			_, _ = fmt.Fprintln(a.sys.Out)
		}
		a.statusOf(ctx, p, env)
	}
	return nil
}

func (a *app) statusOf(ctx context.Context, p *project, env spec.Environment) {
	_, _ = fmt.Fprintf(a.sys.Out, "%s\n", a.headOf(ctx, p, env))
	a.statusOfRuns(ctx, p, env)
	if env.Box {
		if _, up := box.Running(p.home); !up {
			_, _ = fmt.Fprintln(a.sys.Out, "  the box is down; try: readme-ops box up")
			return
		}
	} else if _, err := a.given(ctx, p, env); err != nil {
		_, _ = fmt.Fprintf(a.sys.Out, "  what is live is not known: %s\n", unknown(err, env))
		return
	}
	w, err := a.open(ctx, p, env, "status")
	if err != nil {
		_, _ = fmt.Fprintf(a.sys.Out, "  what is live cannot be read: %v\n", err)
		return
	}
	defer w.close(ctx)
	_, _ = fmt.Fprint(a.sys.Out, view.Status(liveRows(ctx, w), a.outStyle()))
}

// statusOfRuns tells the last release of an environment, and what was written to its vendors since.
func (a *app) statusOfRuns(ctx context.Context, p *project, env spec.Environment) {
	records := a.recordsOf(ctx, p, true, env)
	last, err := records.latest(ctx, env.Name)
	brought := last
	if err == nil && last != nil && last.State.Plan.Purpose == release.Variables {
		brought, err = records.brought(ctx, env.Name)
	}
	switch {
	case err != nil:
		_, _ = fmt.Fprintf(a.sys.Out, "  last release: %v\n", err)
	case brought == nil:
		_, _ = fmt.Fprintf(a.sys.Out, "  last release: none; try: readme-ops release --env %s\n", env.Name)
	default:
		a.statusOfRun(p, "last release", *brought, env)
	}
	if last != nil && last != brought {
		a.statusOfRun(p, "since then", *last, env)
	}
}

// statusOfRun says how a run ended, or how it stands.
func (a *app) statusOfRun(p *project, which string, last known, env spec.Environment) {
	_, _ = fmt.Fprintf(a.sys.Out, "  %s: %s (%s)\n", which, last.State.LastLine(), last.Run)
	switch {
	case last.holder != nil:
		_, _ = fmt.Fprintf(a.sys.Out, "  the lock is held\n    %s\n", strings.Join(holderLines(*last.holder), "\n    "))
	case last.State.Resumable() && (last.State.Paused != "" || ledger.Dead(p.runs(), last.Run)):
		_, _ = fmt.Fprintf(a.sys.Out, "  it is unfinished; try: readme-ops resume --env %s\n", release.ShellWord(env.Name))
	}
}

// headOf names an environment, and says so where the box on this machine stands for it.
func (a *app) headOf(ctx context.Context, p *project, env spec.Environment) string {
	if env.Box {
		return release.Plan{Env: env.Name, Box: true}.Where()
	}
	acc, err := a.realAccess(ctx, p, env)
	return release.Plan{Env: env.Name, Box: err == nil && acc.emulated}.Where()
}

// unknown says why nobody could be asked, and where to read the whole of it.
func unknown(err error, env spec.Environment) string {
	var many release.Faults
	if !errors.As(err, &many) {
		many = release.Faults{release.AsFault(err)}
	}
	return many[0].Title + "; try: readme-ops doctor --env " + env.Name
}

// liveRows asks every host at once what it serves.
func liveRows(ctx context.Context, w *world) []view.ServiceRow {
	rows := make([]view.ServiceRow, len(w.project.rel.Deploy))
	var wg sync.WaitGroup
	for i, d := range w.project.rel.Deploy {
		wg.Go(func() {
			live, err := w.steps.Hosts[d.Name].Live(ctx)
			row := view.ServiceRow{Name: d.Name, Host: d.To, State: "nothing is live", Mood: view.Warn}
			switch {
			case err != nil:
				row.State, row.Mood = "cannot be read: "+err.Error(), view.Bad
			case live.ID != "":
				row.Commit, row.State, row.URL, row.Mood = live.Image, live.Raw, live.URL, view.Good
				if live.Build != "" { // its commit is nowhere on record at the vendor
					row.Commit = "build " + live.Build[:min(8, len(live.Build))]
				}
				if live.Marker.Commit != "" {
					row.Commit = shorten(live.Marker.Commit)
				}
				if live.State != provider.Live {
					row.Mood = view.Bad
				}
			}
			rows[i] = row
		})
	}
	wg.Wait()
	return rows
}

func shorten(commit string) string {
	if len(commit) < 40 {
		return commit
	}
	return release.Commit{SHA: commit[:40]}.Short() + commit[40:]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
