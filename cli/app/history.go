package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/urfave/cli/v3"

	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/view"
)

func (a *app) historyCommand() *cli.Command {
	return &cli.Command{
		Name: "history", Category: "proof", Usage: "list the releases, the newest first",
		Action: noArgs(func(context.Context, *cli.Command) error { return a.history() }),
	}
}

func (a *app) history() error {
	p, err := a.project()
	if err != nil {
		return err
	}
	runs, err := ledger.List(p.runs())
	if err != nil {
		return err
	}
	var rows []view.HistoryRow
	for _, r := range runs {
		if a.env != "" && r.State != nil && r.State.Plan.Env != a.env {
			continue
		}
		row := view.HistoryRow{Run: r.Run, State: r.State}
		if r.Gone {
			row.Note = "its process is gone: it was killed, or could not write its record"
		}
		if r.Err != nil {
			row.Note = r.Err.Error()
		}
		rows = append(rows, row)
	}
	_, err = fmt.Fprint(a.sys.Out, view.History(rows, a.outStyle()))
	return err
}

func (a *app) showCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Category: "proof", Usage: "show one release as its record tells it", ArgsUsage: "RUN",
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Len() != 1 {
				return usage("show needs the name of one run", "readme-ops history")
			}
			return a.show(c.Args().First())
		},
	}
}

func (a *app) show(run string) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	if !release.ValidRun(run) {
		return usage(fmt.Sprintf("%q is no name of a run", run), "readme-ops history")
	}
	events, err := ledger.Read(p.runs(), run)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("there is no run "+run, "readme-ops history")
	}
	if _, cut := errors.AsType[*ledger.CutError](err); err != nil && !cut { // cut: it was killed, and what it did is on record
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
