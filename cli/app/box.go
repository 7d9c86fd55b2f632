package app

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/box/postgres"
	"readme/cli/view"
)

func (a *app) boxCommand() *cli.Command {
	group := &cli.Command{
		Name: "box", Category: "setup", Usage: "the cloud in a box: the whole product on this machine, without an account",
		Commands: []*cli.Command{
			{
				Name: "up", Usage: "keep the box up until Ctrl-C, for other commands to join", Action: noArgs(a.boxUp),
				Flags: []cli.Flag{&cli.StringFlag{
					Name: "bot-runner", Usage: "hand the bot's sessions on to a local Pipecat runner at this `URL`, such as http://localhost:7860",
					Destination: &a.runner, Validator: runnerURL,
				}},
			},
			{Name: "down", Usage: "take down the box that another terminal keeps up", Action: noArgs(a.boxDown)},
			{Name: "reset", Usage: "forget everything in the box: its database, files, deployments and keys", Action: noArgs(a.boxReset)},
			a.boxFaultCommand(), a.boxEnvCommand(),
		},
	}
	group.Action = func(ctx context.Context, c *cli.Command) error { return a.group("box", nil)(ctx, c) }
	return group
}

// runnerURL refuses what is no address of this machine: the box hands whatever it is asked to start on to it.
func runnerURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !here(u.Hostname()) {
		return fmt.Errorf("%q is no http address on this machine, such as http://localhost:7860", text)
	}
	return nil
}

func (a *app) boxUp(ctx context.Context, _ *cli.Command) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.boxEnvironment(p)
	if err != nil {
		return err
	}
	b, err := a.startBox(ctx, p, env, box.Shared)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		b.Close(end)
	}()
	_, _ = fmt.Fprint(a.sys.Out, view.Table(boxRows(b.Info()), a.outStyle()))
	_, _ = fmt.Fprintln(a.sys.Err, "the box is up; Ctrl-C takes it down")
	<-ctx.Done()
	return nil
}

func (a *app) boxDown(ctx context.Context, _ *cli.Command) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	info, up := box.Running(p.dir)
	if !up {
		_, _ = fmt.Fprintln(a.sys.Out, "the box is down")
		return nil
	}
	if err := box.Down(ctx, p.dir); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.sys.Out, "the box is down (process %d has ended)\n", info.PID)
	return nil
}

func (a *app) boxReset(_ context.Context, _ *cli.Command) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	cache, data := boxFolders(a.sys, p.dir)
	if err := box.Reset(p.dir, cache, data); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(a.sys.Out, "the box is empty; the history of releases stays")
	return nil
}

func boxRows(i box.Info) [][]string {
	return [][]string{
		{"railway", i.Railway},
		{"vercel", i.Vercel},
		{"pipecat", i.Pipecat},
		{"supabase", i.Supabase},
	}
}

// boxFolders are where a box keeps what must not lie in a repository (builds) or below root's closed home (Postgres).
func boxFolders(sys System, project string) (cache, data string) {
	key := box.Key(project)
	if os.Geteuid() == 0 {
		return filepath.Join("/var/cache/readme-ops", key), filepath.Join("/var/lib/readme-ops", key)
	}
	return filepath.Join(userCache(sys), "readme-ops", key), ""
}

// downloads is where a fetched Postgres lies, for all checkouts.
func downloads(sys System) string { return postgres.DefaultCache(userCache(sys)) }

func userCache(sys System) string {
	if dir := sys.Get("XDG_CACHE_HOME"); dir != "" {
		return dir
	}
	if home := sys.Get("HOME"); home != "" {
		return filepath.Join(home, ".cache")
	}
	return filepath.Join(os.TempDir(), "readme-ops-"+strconv.Itoa(os.Geteuid()))
}
