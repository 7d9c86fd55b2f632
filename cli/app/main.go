// Package app is the command tree, one file a command. It is the only package that sees arguments, the environment,
// terminals and exit codes.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v3"

	"readme/cli/engine"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/view"
)

// exitError ends a command with a code of the table when all has been said already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Main runs one command and returns the process's exit code. The first signal cancels the command's context with an
// engine.Signal as its cause; a second one leaves at once, with the record saying how far it got.
func Main(ctx context.Context, args []string, sys System) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a := &app{sys: sys, args: args[min(1, len(args)):], cancel: cancel}
	stop := a.onSignals(ctx, cancel)
	defer stop()

	a.outcome.Began = time.Now()
	code := a.end(ctx, a.root().Run(ctx, helped(args)))
	a.outcome.Exit, a.outcome.Ended = code, time.Now()
	if a.reports == nil { // a flag that nobody knows ends a command before its reports are ready
		_ = a.readyReports()
		a.outcome.Command = cmp.Or(a.outcome.Command, "readme-ops")
	}
	a.writeReports(a.outcome)
	a.flush()
	return code
}

// end gives the exit code of a command that has ended so, and shows the error that it ended with.
func (a *app) end(ctx context.Context, err error) int {
	if _, ok := errors.AsType[cli.ExitCoder](err); ok { // such as help for a command that is not there
		err = usage("there is no such command", "readme-ops --help")
	}
	var code exitError
	switch {
	case err == nil:
		return release.ExitDone
	case errors.As(err, &code):
		return int(code)
	}
	if sig, ok := errors.AsType[engine.Signal](context.Cause(ctx)); ok && !isFault(err) {
		err = &release.Fault{Title: "stopped by a signal", Detail: string(sig), Exit: exitOfSignal(sig), Cause: err}
	}
	return a.fail(err)
}

type app struct {
	sys    System
	args   []string                // as typed, without the program's name
	cancel context.CancelCauseFunc // of the command's context, for keys that mean Ctrl-C

	running atomic.Pointer[string] // the environment of the run that is under way
	// flags of the root, set before any action runs
	env, dir, view, color string
	runner                string // of box up: where sessions of the bot are handed on to
	reportFlags           []string

	opened  sync.Map         // references to secret stores, by their program and arguments: what they gave
	veil    veil             // over everything that is printed or written
	flows   []*view.Workflow // stderr and stdout, where the view is GitHub's
	reports []report
	outcome view.Outcome // what the reports tell
}

func (a *app) onSignals(ctx context.Context, cancel context.CancelCauseFunc) (stop func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case sig, ok := <-a.sys.Signals:
				if !ok {
					return
				}
				// Ctrl-C in the live view arrives as a key, and counts as the first one too.
				_, stopping := errors.AsType[engine.Signal](context.Cause(ctx))
				if stopping {
					a.leave(exitOfSignal(signalName(sig)))
				}
				cancel(signalName(sig))
			}
		}
	}()
	return func() { close(done) }
}

// leave ends the process at once, as whoever interrupts twice wants it, with a word about the run that is left as it is.
func (a *app) leave(code int) {
	if env := a.running.Load(); env != nil {
		_, _ = fmt.Fprintf(a.sys.Err, "\r\nleft at once: what was begun at the vendors may go on, and the record says how far it got\r\ntry: readme-ops resume --env %s\r\n", release.ShellWord(*env))
	}
	os.Exit(code)
}

func signalName(sig os.Signal) engine.Signal {
	if sig == os.Interrupt {
		return "interrupt"
	}
	return "terminated"
}

func exitOfSignal(sig engine.Signal) int {
	if sig == "interrupt" {
		return release.ExitInterrupted
	}
	return release.ExitTerminated
}

func isFault(err error) bool {
	_, ok := errors.AsType[*release.Fault](err)
	return ok
}

// fail shows the error on stderr and gives its exit code: of several faults that of the first. One without a code of its
// own kept a command from beginning, such as a vendor that does not answer: nothing was changed.
func (a *app) fail(err error) int {
	var many release.Faults
	if !errors.As(err, &many) || len(many) == 0 {
		many = release.Faults{provider.AsFault(err)}
	}
	shown := make(release.Faults, len(many))
	for i, f := range many {
		shown[i] = f.Aimed(a.named()).Masked(a.veil.text)
	}
	a.streams()
	a.outcome.Faults = shown
	_, _ = fmt.Fprint(a.sys.Err, view.Faults(shown, a.style()))
	a.annotate("error", shown...)
	return cmp.Or(shown[0].Exit, release.ExitStepFailed)
}

// style decides once about colour, width and symbols, for everything on stderr.
func (a *app) style() view.Style {
	color := a.sys.ErrTTY
	if _, no := a.sys.Lookup("NO_COLOR"); no || a.sys.Get("TERM") == "dumb" {
		color = false
	}
	if _, force := a.sys.Lookup("CLICOLOR_FORCE"); force {
		color = true
	}
	switch a.color {
	case "always":
		color = true
	case "never":
		color = false
	}
	if a.viewName() == "github" {
		color = false // what colours a text can also hide a command in it
	}
	return view.Style{Color: color, Width: a.sys.width(), ASCII: a.sys.Get("TERM") == "dumb"}
}

// outStyle is style for results on stdout, which may be a pipe while stderr is a terminal.
func (a *app) outStyle() view.Style {
	s := a.style()
	s.Width = a.sys.outWidth()
	if !a.sys.OutTTY && a.color != "always" {
		s.Color = false
	}
	return s
}

// usage is wrong usage: exit 2, with what to type instead.
func usage(title, try string) error {
	return &release.Fault{Title: title, Try: try, Exit: release.ExitUsage}
}

// ---- the tree ----

func (a *app) root() *cli.Command {
	cmd := &cli.Command{
		Name:    "readme-ops",
		Usage:   "release the whole product with one plan, and believe it only when live smoke checks pass",
		Version: version(),
		Writer:  a.sys.Out, ErrWriter: a.sys.Err,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "env", Usage: "the environment of release.yaml to act on", Destination: &a.env},
			&cli.StringFlag{Name: "dir", Usage: "the project's folder", Value: ".", Destination: &a.dir},
			&cli.StringFlag{Name: "view", Usage: "plain, json, github or tui; chosen by itself", Destination: &a.view},
			a.reportFlag(),
			&cli.StringFlag{Name: "color", Usage: "auto, always or never", Value: "auto", Destination: &a.color},
		},
		EnableShellCompletion: true, DisableSliceFlagSeparator: true,
		Suggest:         true,
		HideHelpCommand: true,
		ExitErrHandler:  func(context.Context, *cli.Command, error) {},
		Before:          a.choices,
		Action:          a.group("", a.status),
		Commands: []*cli.Command{
			a.planCommand(), a.releaseCommand(), a.resumeCommand(), a.promoteCommand(), a.rollbackCommand(), a.driftCommand(), a.unlockCommand(),
			a.smokeCommand(), a.statusCommand(), a.logsCommand(), a.historyCommand(), a.showCommand(),
			a.envCommand(), a.migrateCommand(), a.boxCommand(), a.doctorCommand(),
		},
	}
	cli.VersionPrinter = func(c *cli.Command) { _, _ = fmt.Fprintln(a.sys.Out, "readme-ops "+c.Version) }
	harden(cmd)
	return cmd
}

// helped turns what people type before they know --help into it: `help`, `help all`, `help box up`.
func helped(args []string) []string {
	if len(args) < 2 || args[1] != "help" {
		return args
	}
	words := args[2:]
	if len(words) == 1 && words[0] == "all" {
		words = nil
	}
	return slices.Concat(args[:1], words, []string{"--help"})
}

// choices refuses a --view, --color or --report that is none: a misspelt json would be lines in a pipe that waits for json.
func (a *app) choices(ctx context.Context, c *cli.Command) (context.Context, error) {
	for _, f := range []struct {
		name, got string
		want      []string
	}{{"view", a.view, []string{"plain", "json", "github", "tui"}}, {"color", a.color, []string{"auto", "always", "never"}}} {
		if f.got != "" && !slices.Contains(f.want, f.got) {
			return ctx, usage(fmt.Sprintf("there is no --%s %q, only %s", f.name, f.got, strings.Join(f.want, ", ")), a.again("--"+f.name, f.want[0]))
		}
	}
	a.streams()
	a.outcome.Command, a.outcome.Env = cmp.Or(c.Args().First(), "status"), a.named()
	return ctx, a.readyReports()
}

// harden gives every command one-line usage errors: the library prints whole help pages, on stdout.
func harden(cmd *cli.Command) {
	cmd.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error {
		return usage(err.Error(), c.FullName()+" --help")
	}
	for _, sub := range cmd.Commands {
		harden(sub)
	}
}

// group is the action of a command that has commands below it: an unknown word gets a did-you-mean, none at all runs
// otherwise.
func (a *app) group(name string, otherwise func(context.Context) error) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		word := c.Args().First()
		if word == "" && otherwise != nil {
			return otherwise(ctx)
		}
		full := strings.TrimSpace("readme-ops " + name)
		if word == "" {
			return usage(full+" needs to know what to do", full+" --help")
		}
		if near := cli.SuggestCommand(c.Commands, word); near != "" {
			return usage(fmt.Sprintf("there is no command %q", word), full+" "+near)
		}
		return usage(fmt.Sprintf("there is no command %q", word), full+" --help")
	}
}

// noArgs wraps an action that takes no arguments: the library would ignore them in silence.
func noArgs(action func(context.Context, *cli.Command) error) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		if c.Args().Len() > 0 {
			return usage(fmt.Sprintf("%s takes no argument, and got %q", c.FullName(), c.Args().First()), c.FullName()+" --help")
		}
		return action(ctx, c)
	}
}
