package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"readme/cli/child"
	"readme/cli/env"
	"readme/cli/release"
)

// What the program of a reference may take.
const (
	openPatience = 30 * time.Second // a person may have to unlock the store
	openHint     = 3 * time.Second  // after which it is said what we wait for
	openMost     = 64 << 10         // bytes of a value
	openLast     = 5                // lines of its standard error that are shown
)

var (
	errOpenSlow = errors.New("it took too long")
	errOpenMuch = errors.New("it printed too much")
)

// opener runs the programs of references in the project's folder, with the person's own environment. Each distinct reference is
// opened once in the life of the process, however often its values are read.
func (a *app) opener(p *project) env.Open {
	return func(ctx context.Context, r env.Reference) (release.Secret, error) {
		open, _ := a.opened.LoadOrStore(strings.Join(r.Argv, "\x00"), sync.OnceValues(func() (release.Secret, error) {
			return a.openReference(ctx, p.home, r, openPatience)
		}))
		return open.(func() (release.Secret, error))()
	}
}

// printed is what a program has printed so far.
type printed struct {
	value []byte
	last  []string
}

func (a *app) openReference(ctx context.Context, dir string, r env.Reference, patience time.Duration) (release.Secret, error) {
	deadline, stop := context.WithTimeoutCause(ctx, patience, errOpenSlow)
	defer stop()
	limited, enough := context.WithCancelCause(deadline)
	defer enough(nil)
	hint := time.AfterFunc(openHint, func() {
		a.say("waiting for %s, at most %s: it may want to be unlocked", release.Printable(r.Program()), patience)
	})
	defer hint.Stop()
	var out printed
	exit, err := child.Run(limited, child.Command{
		Name: r.Program(), Argv: r.Argv, Dir: dir, Env: a.sys.passedOn(), Drain: time.Second,
		Output: func(piece []byte) {
			if out.value = append(out.value, piece...); len(out.value) > openMost {
				out.value = out.value[:openMost]
				enough(errOpenMuch)
			}
		},
		Stderr: func(line string) {
			out.last = append(out.last[max(0, len(out.last)-openLast+1):], line)
		},
	})
	if ctx.Err() != nil { // the command that wanted it has ended
		return release.Secret{}, context.Cause(ctx)
	}
	value := strings.TrimSuffix(strings.TrimSuffix(string(out.value), "\n"), "\r")
	switch {
	case err != nil || exit != 0:
		return release.Secret{}, a.unopened(r, out, exit, err)
	case !utf8.ValidString(value) || strings.Contains(value, "\x00"):
		return release.Secret{}, a.unopened(r, out, exit, errors.New("what it printed is no text"))
	case env.Placeholder(value):
		return release.Secret{}, a.unopened(r, out, exit, errors.New("it printed a placeholder, or nothing at all"))
	}
	return release.NewSecret(value), nil
}

// unopened says why a program gave no value. Of its arguments nothing is shown, and of its last words nothing that it printed for
// the value, or that is a secret otherwise.
func (a *app) unopened(r env.Reference, out printed, exit int, err error) error {
	program := release.Printable(r.Program())
	f := &release.Fault{Title: fmt.Sprintf("%s ended with exit code %d", program, exit), Cause: err, Try: "readme-ops doctor", Exit: release.ExitDrift}
	if r.Argv[0] == "op" {
		f.Try = "op whoami"
	}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		f.Title, f.Try = program+" is not installed", "command -v "+release.ShellWord(program)
		f.Detail = "a reference in a values file is read by that program; it is not in PATH"
		f.Cause = errors.Join(err, env.ErrUnusable)
	case errors.Is(err, fs.ErrPermission):
		f.Title, f.Cause = program+" cannot be run", errors.Join(err, env.ErrUnusable)
	case errors.Is(err, errOpenSlow):
		f.Title = fmt.Sprintf("%s did not end within %s", program, openPatience)
		f.Detail = "it was stopped; it may wait to be unlocked, which it cannot ask for here"
		f.Cause = errors.Join(err, env.ErrUnusable)
	case errors.Is(err, errOpenMuch):
		f.Title = fmt.Sprintf("%s printed more than %d KiB", program, openMost>>10)
		f.Detail = "no value is that long: it was stopped"
	case err != nil && exit == 0:
		f.Title, f.Detail = program+" gave no value", err.Error()
	case err != nil:
		f.Title, f.Detail = program+" could not be started", "it is not a program, or its folder is not there"
	case exit < 0:
		f.Title = program + " was ended by a signal"
	}
	if lines := a.lastWords(out); len(lines) > 0 {
		f.Evidence = []release.Evidence{{Label: "the last lines of its standard error", Lines: lines}}
	}
	return f
}

// lastWords are the last lines of a program's standard error without anything secret.
func (a *app) lastWords(out printed) []string {
	mask := release.NewMask(release.NewSecret(strings.TrimSpace(string(out.value))))
	lines := make([]string, len(out.last))
	for i, line := range out.last {
		lines[i] = keyShaped.ReplaceAllStringFunc(a.veil.text(mask.Text(release.Printable(line))), func(word string) string {
			if strings.ContainsAny(word, "0123456789") || strings.Contains(word, "://") {
				return "•••"
			}
			return word
		})
	}
	return lines
}

// keyShaped is what a key or the password of an address looks like. A program that is handed secrets may complain of one that nobody
// else knows; the gap costs less than to show it.
var keyShaped = regexp.MustCompile(`[A-Za-z0-9_+=-]{20,}|[a-z]+://[^\s:/@]*:[^\s/@]+@`)

// passedOn is the environment for a program that is the person's own: all of it, but for what no shell would pass on.
func (s System) passedOn() []string {
	return slices.DeleteFunc(slices.Clone(s.Environ), func(kv string) bool {
		name, _, ok := strings.Cut(kv, "=")
		return !ok || !child.Identifier(name)
	})
}
