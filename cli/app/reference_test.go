package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/app"
	"readme/cli/env"
	"readme/cli/release"
)

// program makes a program that is a shell script, in a folder of its own.
func program(t *testing.T, name, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	// What another test starts at this moment would hold the file open for writing, and no file can be run that somebody writes.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func reference(t *testing.T, text string) env.Reference {
	t.Helper()
	r, _, err := env.ParseReference(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOpenReference_givesWhatTheProgramPrints(t *testing.T) {
	t.Parallel()
	dir := program(t, "op", `[ "$1 $2 $3" = "read --no-newline op://v/i/f" ] && [ "$OP_SESSION" = open ] && printf hunter2`)
	path := "PATH=" + dir + ":/usr/bin:/bin"
	environ := []string{path, "OP_SESSION=open", "BASH_FUNC_x%%=() { :; }", "nonsense"}
	for text, want := range map[string]string{
		"op://v/i/f":                                          "hunter2",
		`cmd: ["printf", "%s", "$HOME; id"]`:                  "$HOME; id",
		`cmd: ["printf", "a\nb\n"]`:                           "a\nb",
		`cmd: ["printf", "a\r\n"]`:                            "a",
		`cmd: ["printf", "a\n\n"]`:                            "a\n",
		`cmd: ["printf", " a "]`:                              " a ",
		`cmd: ["sh", "-c", "echo a; echo b >&2"]`:             "a",
		`cmd: ["./op", "read", "--no-newline", "op://v/i/f"]`: "hunter2",
		`cmd: ["head", "-c", "65536", "/dev/zero"]`:           "",
	} {
		got, err := app.OpenReference(t.Context(), dir, environ, reference(t, text), time.Minute)
		if want == "" { // NULs are no text, and no more than may come
			if f := asFault(t, err); f.Detail != "what it printed is no text" {
				t.Errorf("%s: got %v", text, err)
			}
			continue
		}
		if diff := cmp.Diff(want, got.Reveal()); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	}
}

func asFault(t *testing.T, err error) *release.Fault {
	t.Helper()
	f, ok := errors.AsType[*release.Fault](err)
	if !ok {
		t.Fatalf("got %v, which is no fault", err)
	}
	return f
}

func TestOpenReference_saysWhyThereIsNoValueAndShowsNothingSecret(t *testing.T) {
	t.Parallel()
	dir := program(t, "op", `echo "signed out, canary-known" >&2; exit 6`)
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + dir + ":/usr/bin:/bin"
	for name, c := range map[string]struct{ text, title, detail, evidence, try string }{
		"it fails":               {"op://v/i/f", "op ended with exit code 6", "", "signed out, •••", "op whoami"},
		"after it said too much": {`cmd: ["sh", "-c", "echo canary-printed; echo got canary-printed >&2; exit 1", "canary-argument"]`, "sh ended with exit code 1", "", "got •••", "readme-ops doctor"},
		"what looks like a key":  {`cmd: ["sh", "-c", "echo bad canary-aBcDeFgHiJkLmN0pQ and redis://u:canary-x@h >&2; exit 1"]`, "sh ended with exit code 1", "", "bad ••• and •••h", "readme-ops doctor"},
		"only the last lines":    {`cmd: ["sh", "-c", "seq 1 9 >&2; exit 1"]`, "sh ended with exit code 1", "", "5 6 7 8 9", "readme-ops doctor"},
		"escapes":                {`cmd: ["sh", "-c", "printf '\\033[31mred\\n' >&2; exit 1"]`, "sh ended with exit code 1", "", "red", "readme-ops doctor"},
		"a signal":               {`cmd: ["sh", "-c", "kill -KILL $$"]`, "sh was ended by a signal", "", "", "readme-ops doctor"},
		"nothing":                {`cmd: ["true", "canary-argument"]`, "true gave no value", "it printed a placeholder, or nothing at all", "", "readme-ops doctor"},
		"a mask":                 {`cmd: ["echo", "[SENSITIVE]"]`, "echo gave no value", "it printed a placeholder, or nothing at all", "", "readme-ops doctor"},
		"no text":                {`cmd: ["printf", "canary\\377"]`, "printf gave no value", "what it printed is no text", "", "readme-ops doctor"},
		"too much":               {`cmd: ["yes", "canary-printed"]`, "yes printed more than 64 KiB", "no value is that long: it was stopped", "", "readme-ops doctor"},
		"no program":             {`cmd: ["no-such-program"]`, "no-such-program is not installed", "a reference in a values file is read by that program; it is not in PATH", "", "command -v no-such-program"},
		"no path":                {`cmd: ["./canary/none"]`, "none is not installed", "a reference in a values file is read by that program; it is not in PATH", "", "command -v none"},
		"a file":                 {`cmd: ["./plain"]`, "plain cannot be run", "", "", "readme-ops doctor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := app.OpenReference(t.Context(), dir, []string{path}, reference(t, c.text), time.Minute, release.NewSecret("canary-known"))
			f := asFault(t, err)
			var lines []string
			for _, e := range f.Evidence {
				lines = append(lines, e.Lines...)
			}
			want := []string{c.title, c.detail, c.evidence, c.try}
			if diff := cmp.Diff(want, []string{f.Title, f.Detail, strings.Join(lines, " "), f.Try}); diff != "" || !got.Empty() || f.Exit != release.ExitDrift {
				t.Errorf("exit %d (-want +got):\n%s", f.Exit, diff)
			}
			if unusable := errors.Is(err, env.ErrUnusable); unusable != strings.HasPrefix(name, "no p") && name != "a file" {
				t.Errorf("unusable: %v", unusable)
			}
			if all := fmt.Sprintf("%+v %v %v", *f, f.Evidence, f.Cause); strings.Contains(all, "canary-") {
				t.Errorf("a value is shown: %s", all)
			}
		})
	}
}

// Whoever interrupts a command gets that for an answer, and nothing stays behind that waits to be unlocked.
func TestOpenReference_endsWithItsCommand(t *testing.T) {
	t.Parallel()
	dir := program(t, "op", `echo ready >here; exec sleep 1000`)
	if err := syscall.Mkfifo(filepath.Join(dir, "here"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("interrupted")
	go func() {
		_, _ = os.ReadFile(filepath.Join(dir, "here")) // comes when the program writes
		cancel(stopped)
	}()
	_, err := app.OpenReference(ctx, dir, []string{"PATH=" + dir + ":/usr/bin:/bin"}, reference(t, "op://v/i/f"), time.Minute)
	if !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
}

func TestOpenReference_waitsForNobodyForLong(t *testing.T) {
	t.Parallel()
	dir := program(t, "op", `trap '' TERM; while :; do sleep 1; done`)
	_, err := app.OpenReference(t.Context(), dir, []string{"PATH=" + dir + ":/usr/bin:/bin"}, reference(t, "op://v/i/f"), 100*time.Millisecond)
	f := asFault(t, err)
	if f.Title != "op did not end within 30s" || f.Try != "op whoami" || !errors.Is(err, env.ErrUnusable) {
		t.Errorf("got %+v", f)
	}
}
