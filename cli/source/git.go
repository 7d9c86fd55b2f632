package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readme/cli/release"
)

const (
	gitDeadline = 60 * time.Second
	maxOutput   = 64 << 20 // bytes; the list of some 500,000 files
	maxStderr   = 4 << 10
)

// git runs git in one directory, with nothing of the caller's environment but what it needs.
type git struct {
	dir  string
	env  []string
	path string // PATH, in which git is looked up
}

// newGit keeps of environ only what finds git and its configuration: GIT_DIR and its like, which a hook or a shell
// may have set, would point it at another repository.
func newGit(dir string, environ []string) git {
	keep := []string{"PATH", "HOME", "XDG_CONFIG_HOME", "USER", "LOGNAME", "TMPDIR"}
	var env []string
	var path string
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if slices.Contains(keep, name) {
			env = append(env, e)
		}
		if name == "PATH" {
			path = value
		}
	}
	env = append(
		env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
	)
	return git{dir, env, path}
}

// run returns what git prints. No hook, pager, prompt or file system monitor is started.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	return g.feed(ctx, "", args...)
}

// feed is run for a git that reads its input.
func (g git) feed(ctx context.Context, input string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitDeadline)
	defer cancel()
	all := append([]string{"--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"}, args...)
	program, err := g.find()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, all...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = g.dir, g.env, 2*time.Second
	stdout, stderr := &limited{max: maxOutput, stop: cancel}, &limited{max: maxStderr}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), stdout, stderr
	err = cmd.Run()
	switch {
	case stdout.full:
		return "", fmt.Errorf("git %s: more than %d MB of output", args[0], maxOutput>>20)
	case err == nil:
		return stdout.buf.String(), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("git %s: %w", args[0], context.Cause(ctx))
	}
	return "", &gitError{args[0], strings.TrimSpace(stderr.buf.String()), err}
}

// find looks for git in the PATH that was handed in, as os/exec would in the process's own.
func (g git) find() (string, error) {
	for _, dir := range filepath.SplitList(g.path) {
		if !filepath.IsAbs(dir) {
			continue // the work tree is not asked which program to run
		}
		if program, err := exec.LookPath(filepath.Join(dir, "git")); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("find git: %w", exec.ErrNotFound)
}

// limited takes at most max bytes, and drops what is more; stop, if there is one, ends the program then.
type limited struct {
	buf  bytes.Buffer // not embedded: its ReadFrom would take everything
	max  int
	stop func()
	full bool
}

func (l *limited) Write(p []byte) (int, error) {
	room := l.max - l.buf.Len()
	if len(p) <= room {
		return l.buf.Write(p)
	}
	l.full = true
	if l.stop != nil {
		l.stop()
	}
	l.buf.Write(p[:room])
	return len(p), nil
}

// gitError is a git that ended badly.
type gitError struct {
	verb, stderr string
	err          error
}

func (e *gitError) Error() string { return "git " + e.verb + ": " + e.err.Error() + ": " + e.stderr }

func (e *gitError) Unwrap() error { return e.err }

// explain turns an error of git into a Fault with the person's next step.
func explain(dir string, err error) error {
	f := &release.Fault{Title: "cannot read what git knows of " + dir, Detail: err.Error(), Try: "git -C " + quoted(dir) + " status", Exit: release.ExitUsage, Cause: err}
	stderr := ""
	if e, ok := errors.AsType[*gitError](err); ok {
		stderr = e.stderr
		f.Detail = "git " + e.verb + " failed"
		f.Evidence = []release.Evidence{{Label: "git", Lines: strings.Split(stderr, "\n")}}
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		f.Title, f.Detail, f.Try = "git is not installed", "a release names the commit that it brings", "readme-ops doctor"
	case errors.Is(err, context.DeadlineExceeded):
		f.Title, f.Exit = "git does not answer", release.ExitTimeout
	case strings.Contains(stderr, "not a git repository"):
		f.Title, f.Detail, f.Evidence = dir+" is in no git repository", "a release names the commit that it brings", nil
		f.Try = "git init && git add -A && git commit -m 'First commit'"
	case strings.Contains(stderr, "dubious ownership"):
		f.Title, f.Detail = "git refuses the repository in "+dir, "it belongs to another user, and git asks whether you trust it"
		f.Try = "git config --global --add safe.directory " + quoted(dir)
	case strings.Contains(stderr, "must be run in a work tree"):
		f.Title, f.Detail, f.Evidence = dir+" is no work tree", "it is the inside of a repository, or a bare one", nil
	}
	return f
}

// quoted makes a word for a shell of a text.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
