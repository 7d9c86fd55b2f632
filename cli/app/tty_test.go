package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// tty CODE QUESTION ANSWER COMMAND... runs a command in a terminal, types the answer once the question is there, and wants the
// exit code. What the terminal showed is its stdout. With $MEANWHILE set, the shell runs that before the answer is typed.
func tty(ts *testscript.TestScript, _ bool, args []string) {
	const patience = 2 * time.Minute
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := exec.Command(args[3], args[4:]...)
	for dir := range strings.SplitSeq(ts.Getenv("PATH"), ":") {
		if path, err := exec.LookPath(dir + "/" + args[3]); err == nil && dir != "" {
			cmd = exec.Command(path, args[4:]...)
			break
		}
	}
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "PATH", "BIN", "GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB", "GOFLAGS", "GOTOOLCHAIN", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "WORK", "TMPDIR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Env = append(cmd.Env, "TERM=xterm", "NO_COLOR=1")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	ts.Check(err)
	defer func() { _ = terminal.Close() }()
	kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	shown := &answering{to: terminal, question: args[1], answer: args[2] + "\n"}
	shown.before = func() {
		meanwhile := exec.Command("sh", "-ec", ts.Getenv("MEANWHILE"))
		meanwhile.Dir, meanwhile.Env = cmd.Dir, cmd.Env
		if out, err := meanwhile.CombinedOutput(); err != nil {
			shown.answer = "\n" // nobody agrees to what has not happened
			_, _ = fmt.Fprintf(&shown.text, "meanwhile: %v\n%s", err, out)
		}
	}
	_, _ = io.Copy(shown, terminal) // ends with an error when the last of its processes has left the terminal
	err = cmd.Wait()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	}
	_, _ = io.WriteString(ts.Stdout(), strings.ReplaceAll(shown.text.String(), "\r", ""))
	if got != want {
		ts.Fatalf("got exit code %d, want %d; the terminal shows:\n%s", got, want, shown.text.String())
	}
}

// answering collects what a terminal shows, and answers one question.
type answering struct {
	to               io.Writer
	question, answer string
	before           func()

	text  bytes.Buffer
	asked sync.Once
}

func (a *answering) Write(p []byte) (int, error) {
	a.text.Write(p)
	if strings.Contains(a.text.String(), a.question) {
		a.asked.Do(func() {
			a.before()
			_, _ = io.WriteString(a.to, a.answer)
		})
	}
	return len(p), nil
}
