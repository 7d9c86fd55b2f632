package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
	"readme/cli/view"
)

func (a *app) historyCommand() *cli.Command {
	return &cli.Command{
		Name: "history", Category: "proof", Usage: "list the releases, the newest first",
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error { return a.history(ctx) }),
	}
}

func (a *app) history(ctx context.Context) error {
	const most = 200 // of each database
	p, err := a.project()
	if err != nil {
		return err
	}
	envs, err := a.environments(p)
	if err != nil {
		return err
	}
	runs, err := a.recordsOf(ctx, p, a.named() != "", envs...).list(ctx, most)
	if err != nil {
		return err
	}
	var rows []view.HistoryRow
	for _, r := range runs {
		if a.named() != "" && r.State != nil && r.State.Plan.Env != a.named() {
			continue
		}
		rows = append(rows, view.HistoryRow{Run: r.Run, State: r.State, Note: noteOf(r)})
	}
	_, err = fmt.Fprint(a.sys.Out, view.History(rows, a.outStyle()))
	return err
}

// noteOf says of a run what its verdict does not.
func noteOf(r known) string {
	switch {
	case r.Err != nil:
		return r.Err.Error()
	case r.State == nil:
		return ""
	case r.Gone:
		return "its process is gone: it was killed, or could not write its record"
	case r.holder != nil && r.State.Verdict() == release.Going:
		return "at work: " + r.holder.Owner + " on " + r.holder.Host
	case r.State.Verdict() == release.Paused:
		return r.State.Paused + "; readme-ops resume --env " + release.ShellWord(r.State.Plan.Env) + " continues it"
	case r.State.Superseded != "":
		return r.State.Superseded
	}
	return ""
}

func (a *app) showCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Category: "proof", Usage: "show one release as its record tells it", ArgsUsage: "RUN",
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 1 {
				return usage("show needs the name of one run", "readme-ops history")
			}
			return a.show(ctx, c.Args().First())
		},
	}
}

func (a *app) show(ctx context.Context, run string) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	if !release.ValidRun(run) {
		return usage(fmt.Sprintf("%q is no name of a run", run), "readme-ops history")
	}
	envs, err := a.environments(p)
	if err != nil {
		return err
	}
	events, err := a.recordsOf(ctx, p, a.named() != "", envs...).events(ctx, run)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("there is no run "+run, "readme-ops history")
	}
	if err != nil {
		return err
	}
	if a.view == "json" {
		return view.NewJSON(a.sys.Out).Write(events)
	}
	state := release.Fold(events)
	style := a.outStyle()
	_, err = fmt.Fprint(a.sys.Out, view.Plan(state.Plan, style), view.Report(state, style), state.LastLine(), "\n")
	return err
}
