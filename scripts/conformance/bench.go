package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"readme/cli/child"
)

// commandLimit is what one command of a tool may take: some of them wait for ever for an answer that they do not know.
const commandLimit = 60 * time.Second

// bench is what a suite works with.
type bench struct {
	tool    string // the folder that holds the tool's node_modules
	dir     string // a folder of its own, which goes with the run
	home    string // HOME of every command
	path    string // PATH of every command
	failed  int
	closers []func()
}

func runSuite(ctx context.Context, s suite) (ok bool, err error) {
	b := &bench{path: os.Getenv("PATH")}
	if b.tool, err = modules(ctx, s.name); err != nil {
		return false, err
	}
	if b.dir, err = os.MkdirTemp("", "conformance-"+s.name+"-"); err != nil {
		return false, err
	}
	b.onClose(func() { _ = os.RemoveAll(b.dir) })
	defer b.close()
	b.home = b.dir + "/home"
	if err := os.Mkdir(b.home, 0o700); err != nil {
		return false, err
	}
	began := time.Now()
	if err := s.run(ctx, b); err != nil {
		return false, err
	}
	fmt.Printf("%s: %d failed, %.1fs\n", s.name, b.failed, time.Since(began).Seconds())
	return b.failed == 0, nil
}

// flow runs one flow and prints its line.
func (b *bench) flow(name string, f func() error) {
	began := time.Now()
	err := f()
	word := "ok    "
	if err != nil {
		word = "FAILED"
		b.failed++
	}
	fmt.Printf("%s  %5.1fs  %s\n", word, time.Since(began).Seconds(), name)
	if err != nil {
		fmt.Println("        " + strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "\n        "))
	}
}

// command is one run of a tool. It gets PATH, HOME and Env, nothing of the person's environment.
type command struct {
	argv  []string
	dir   string   // "" for the bench's folder
	env   []string // NAME=value
	stdin string   // "" for /dev/null
}

// output is how it ended.
type output struct {
	argv           []string
	exit           int
	stdout, stderr string
}

// exec runs a command within commandLimit. An exit code other than 0 is no error.
func (b *bench) exec(ctx context.Context, c command) (output, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, commandLimit, fmt.Errorf("not over after %s", commandLimit))
	defer cancel()
	out := output{argv: c.argv}
	argv := c.argv
	if c.stdin != "" { // a child's standard input is empty
		argv = append([]string{"sh", "-c", `printf %s "$0" | "$@"`, c.stdin}, argv...)
	}
	if c.dir == "" {
		c.dir = b.dir
	}
	var stdout, stderr strings.Builder
	exit, err := child.Run(ctx, child.Command{
		Name: c.argv[0], Argv: argv, Dir: c.dir, Drain: time.Second,
		Env: slices.Concat([]string{
			"PATH=" + b.path, "HOME=" + b.home, "XDG_CONFIG_HOME=" + b.home + "/config", "XDG_DATA_HOME=" + b.home + "/data",
			"XDG_CACHE_HOME=" + b.home + "/cache", "TMPDIR=" + b.dir, "CI=1", "DO_NOT_TRACK=1", "NO_UPDATE_NOTIFIER=1", "NO_COLOR=1",
		}, c.env),
		Stdout: func(line string) { stdout.WriteString(line + "\n") },
		Stderr: func(line string) { stderr.WriteString(line + "\n") },
	})
	out.exit, out.stdout, out.stderr = exit, stdout.String(), stderr.String()
	if err != nil {
		return out, out.wrong(err.Error())
	}
	return out, nil
}

// wrong is an error that shows the command and the last that it has written.
func (o output) wrong(what string) error {
	const most = 25
	lines := strings.Split(strings.TrimSpace(o.stdout+o.stderr), "\n")
	lines = lines[max(0, len(lines)-most):]
	return fmt.Errorf("%s\n$ %s\nexit %d\n%s", what, strings.Join(o.argv[1:], " "), o.exit, strings.Join(lines, "\n"))
}

// serve serves an emulator on loopback until the suite is over, and gives its base URL.
func (b *bench) serve(ctx context.Context, h http.Handler) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	b.onClose(func() {
		_ = srv.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, err)
		}
	})
	return "http://" + l.Addr().String(), nil
}

// onClose runs f when the suite is over, the last first.
func (b *bench) onClose(f func()) { b.closers = append(b.closers, f) }

func (b *bench) close() {
	for _, f := range slices.Backward(b.closers) {
		f()
	}
}
