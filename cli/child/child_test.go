package child_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/child"
)

// recorder keeps lines and lets a test wait for one.
type recorder struct {
	mu    sync.Mutex
	lines []string
	more  chan struct{}
}

func newRecorder() *recorder { return &recorder{more: make(chan struct{}, 1)} }

func (r *recorder) say(line string) {
	r.mu.Lock()
	r.lines = append(r.lines, line)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.lines...)
}

func (r *recorder) waitFor(t *testing.T, prefix string) string {
	t.Helper()
	for {
		for _, l := range r.all() {
			if strings.HasPrefix(l, prefix) {
				return l
			}
		}
		select {
		case <-r.more:
		case <-time.After(20 * time.Second):
			t.Fatalf("no line %q in %q", prefix, r.all())
		}
	}
}

func sh(script string, args ...string) []string {
	return append([]string{"sh", "-c", script, "sh"}, args...)
}

func env() []string { return []string{"PATH=/usr/bin:/bin"} }

func TestRun_passesOutputAndExitCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		command child.Command
		exit    int
		out     []string
	}{
		{"success", child.Command{Argv: sh("echo one; echo two")}, 0, []string{"one", "two"}},
		{"a code of its own", child.Command{Argv: sh("echo no >&2; exit 3")}, 3, []string{"no"}},
		{"no line end", child.Command{Argv: sh("printf 'one\r\ntwo'")}, 0, []string{"one", "two"}},
		{"both streams in order", child.Command{Argv: sh("echo 1; echo 2 >&2; echo 3; echo 4 >&2")}, 0, []string{"1", "2", "3", "4"}},
		{"a signal", child.Command{Argv: sh("kill -KILL $$")}, -1, nil},
		{"arguments as they are", child.Command{Argv: sh(`printf '%s\n' "$@"`, "a b", "$x", "", "-n")}, 0, []string{"a b", "$x", "", "-n"}},
		{"no input", child.Command{Argv: sh("cat; echo end")}, 0, []string{"end"}},
		{"a folder", child.Command{Argv: sh("pwd"), Dir: "/usr"}, 0, []string{"/usr"}},
		{"bytes that are no text", child.Command{Argv: sh(`printf 'a\377b\n'`)}, 0, []string{"a\uFFFDb"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rec := newRecorder()
			tt.command.Env, tt.command.Stdout = env(), rec.say
			exit, err := child.Run(t.Context(), tt.command)
			if err != nil {
				t.Fatal(err)
			}
			if exit != tt.exit {
				t.Errorf("got exit %d, want %d", exit, tt.exit)
			}
			if diff := cmp.Diff(tt.out, rec.all()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRun_givesExactlyTheEnvironment(t *testing.T) {
	t.Parallel()
	rec := newRecorder()
	given := []string{"PATH=/usr/bin:/bin", "A=1", "B=two words", "C=a=b", "EMPTY=", "LINES=1\tx"}
	if _, err := child.Run(t.Context(), child.Command{Argv: []string{"env"}, Env: given, Stdout: rec.say}); err != nil {
		t.Fatal(err)
	}
	got := rec.all()
	slices.Sort(got)
	slices.Sort(given)
	if diff := cmp.Diff(given, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestRun_keepsTheStreamsApart(t *testing.T) {
	t.Parallel()
	out, errs := newRecorder(), newRecorder()
	_, err := child.Run(t.Context(), child.Command{Argv: sh("echo o; echo e >&2"), Env: env(), Stdout: out.say, Stderr: errs.say})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"o"}, {"e"}}, [][]string{out.all(), errs.all()}); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
}

func TestRun_handsOverBytesAsTheyAre(t *testing.T) {
	t.Parallel()
	var got []byte
	errs := newRecorder()
	_, err := child.Run(t.Context(), child.Command{
		Argv: sh(`printf 'a\r\nb\377\0\n\n'; echo e >&2`), Env: env(),
		Output: func(b []byte) { got = append(got, b...) }, Stderr: errs.say,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a\r\nb\377\x00\n\n", "e"}, append([]string{string(got)}, errs.all()...)); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
}

func TestRun_cutsLongLines(t *testing.T) {
	t.Parallel()
	rec := newRecorder()
	script := "head -c 200000 /dev/zero | tr '\\0' x; echo; echo next; head -c 70000 /dev/zero | tr '\\0' y"
	if _, err := child.Run(t.Context(), child.Command{Argv: sh(script), Env: env(), Stdout: rec.say}); err != nil {
		t.Fatal(err)
	}
	want := []string{strings.Repeat("x", child.MaxLine), "next", strings.Repeat("y", child.MaxLine)}
	if diff := cmp.Diff(want, rec.all()); diff != "" {
		t.Errorf("lines differ (-want +got):\n%.500s", diff)
	}
}

func TestStart_refusesWhatCannotStart(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		command child.Command
		is      error
		says    string
	}{
		{"a program that is not in PATH", child.Command{Argv: []string{"no-such-program"}}, exec.ErrNotFound, "start no-such-program"},
		{"a path that does not exist", child.Command{Argv: []string{"/no/such/program"}}, fs.ErrNotExist, "/no/such/program"},
		{"a file that is no program", child.Command{Argv: []string{plain}}, fs.ErrPermission, plain},
		{"a folder that is not there", child.Command{Argv: sh("true"), Dir: "/no/such/folder"}, fs.ErrNotExist, "/no/such/folder"},
		{"no command", child.Command{Name: "api"}, nil, "start api: no command"},
		{"a variable that a shell would drop", child.Command{Argv: sh("true"), Env: []string{"a.b=secret"}}, nil, `variable "a.b"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.command.Env = append(env(), tt.command.Env...)
			_, err := child.Start(tt.command)
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") {
				t.Fatalf("got %v, want it to say %q", err, tt.says)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, want it to be %v", err, tt.is)
			}
		})
	}
}

func TestStop_endsTheWholeGroup(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		script string
		exit   int
	}{
		{"that listens to TERM", `trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done`, 7},
		{"that ignores TERM", `trap '' TERM; echo ready; while :; do sleep 1; done`, -1},
		// As npx next start does it: npx, sh, next, the server.
		{"of four processes", `sh -c 'sh -c "sleep 1000 & echo ready; wait" & wait' & wait`, -1},
		{"whose grandchildren ignore TERM", `sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done' & wait`, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rec := newRecorder()
			k, err := child.Start(child.Command{Argv: sh(tt.script), Env: env(), Drain: 200 * time.Millisecond, Stdout: rec.say})
			if err != nil {
				t.Fatal(err)
			}
			rec.waitFor(t, "ready")
			k.Stop(t.Context())
			k.Stop(t.Context())
			if got := k.Exit(); got != tt.exit {
				t.Errorf("got exit %d, want %d", got, tt.exit)
			}
			if left := members(t, k.PID()); len(left) > 0 {
				t.Errorf("left running: %q", left)
			}
		})
	}
}

func TestStop_doesNotWaitForTheDrainTimeWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	rec := newRecorder()
	k, err := child.Start(child.Command{
		Argv: sh(`trap '' TERM; echo ready; while :; do sleep 1; done`), Env: env(), Drain: time.Hour, Stdout: rec.say,
	})
	if err != nil {
		t.Fatal(err)
	}
	rec.waitFor(t, "ready")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k.Stop(ctx)
	if k.Exit() != -1 {
		t.Errorf("got exit %d, want -1", k.Exit())
	}
}

func TestDone_waitsForWhatALeaderLeavesBehind(t *testing.T) {
	t.Parallel()
	rec := newRecorder()
	k, err := child.Start(child.Command{Argv: sh(`sleep 1000 >/dev/null 2>&1 & echo ready; exit 4`), Env: env(), Stdout: rec.say})
	if err != nil {
		t.Fatal(err)
	}
	if got := k.Exit(); got != 4 {
		t.Errorf("got exit %d, want 4", got)
	}
	if left := members(t, k.PID()); len(left) > 0 {
		t.Errorf("left running: %q", left)
	}
}

func TestDone_doesNotWaitForWhoDetachedItselfWithTheOutput(t *testing.T) {
	t.Parallel()
	setsid, err := child.LookPath("/usr/bin:/bin", "setsid", "")
	if err != nil {
		t.Skip("setsid is not installed")
	}
	rec := newRecorder()
	k, err := child.Start(child.Command{Argv: sh(setsid + ` sh -c 'echo "pid $$"; exec sleep 1000' & sleep 0.3`), Env: env(), Stdout: rec.say})
	if err != nil {
		t.Fatal(err)
	}
	<-k.Done()
	pid, err := strconv.Atoi(strings.TrimPrefix(rec.waitFor(t, "pid "), "pid "))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("the detached process was stopped too: %v", err)
	}
}

func TestRun_stopsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("the build took too long")
	exit, err := child.Run(ctx, child.Command{
		Name: "build", Argv: sh(`echo ready; sleep 1000`), Env: env(),
		Stdout: func(string) { cancel(cause) },
	})
	if exit != -1 || !errors.Is(err, cause) || err.Error() != "build was stopped: the build took too long" {
		t.Errorf("got %d, %v", exit, err)
	}
}

func TestCommand_signalIsTheOneAskedFor(t *testing.T) {
	t.Parallel()
	rec := newRecorder()
	k, err := child.Start(child.Command{
		Argv: sh(`trap 'exit 9' INT; echo ready; while :; do sleep 0.05; done`), Env: env(), Signal: syscall.SIGINT, Stdout: rec.say,
	})
	if err != nil {
		t.Fatal(err)
	}
	rec.waitFor(t, "ready")
	k.Stop(t.Context())
	if k.Exit() != 9 {
		t.Errorf("got exit %d, want 9", k.Exit())
	}
}

func TestCommand_userIsWhoRunsIt(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can choose another user")
	}
	rec := newRecorder()
	_, err := child.Run(t.Context(), child.Command{Argv: sh("id -u; id -g; id -G"), Env: env(), Dir: "/", User: &child.User{UID: 65534, GID: 65533}, Stdout: rec.say})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"65534", "65533", "65533"}, rec.all()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}
