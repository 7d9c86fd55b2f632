package tui_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
	"go.uber.org/goleak"

	"readme/cli/engine"
	"readme/cli/release"
	"readme/cli/tui"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// act succeeds, or fails, after a while.
type act struct {
	after time.Duration
	err   error
}

func (a act) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	if err := t.Intent("begin", nil); err != nil {
		return release.StepDone{}, err
	}
	t.Say("build", "compiling "+t.Step.ID)
	select {
	case <-time.After(a.after):
		return release.StepDone{Text: "live"}, a.err
	case <-ctx.Done():
		return release.StepDone{}, ctx.Err()
	}
}

func (a act) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	time.Sleep(a.after)
	return release.StepDone{Text: "as before"}, nil
}

// drawn runs a plan with a live drawing, in a bubble, and returns what was written to the terminal.
func drawn(t *testing.T, failing error) string {
	t.Helper()
	var out bytes.Buffer
	live := tui.StartWith(nil, &out, tui.Options{Environ: []string{"TERM=xterm"}}, tea.WithWindowSize(80, 24))
	p := release.Plan{Project: "readme", Env: "local", Steps: []release.Step{
		{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate},
		{ID: "check", Kind: release.KindCheck, Change: release.ChangeRun, Needs: []string{"api"}},
	}}
	state, err := engine.Run(t.Context(), p, map[string]engine.Action{"api": act{after: 3 * time.Second}, "check": act{2 * time.Second, failing}},
		engine.Options{Run: "r", Sinks: []engine.Sink{live}})
	if err != nil {
		t.Errorf("Run: %v", err)
	}
	if want := map[bool]release.Verdict{true: release.Released, false: release.PutBack}[failing == nil]; state.Verdict() != want {
		t.Errorf("got %s", state.Verdict())
	}
	live.Stop()
	live.Stop()
	if err := errors.Join(live.Err(), live.Write([]release.Event{{Body: release.RunDone{}}})); err != nil {
		t.Errorf("after the end: %v", err)
	}
	time.Sleep(time.Second) // a tick of the program may still be pending
	return out.String()
}

func TestLive_drawsAWholeRunTheSameWayEveryTime(t *testing.T) {
	for name, failing := range map[string]error{"released": nil, "put back": errors.New("no luck")} {
		t.Run(name, func(t *testing.T) {
			var first string
			for i := range 20 {
				synctest.Test(t, func(t *testing.T) {
					got := drawn(t, failing)
					if i == 0 {
						first = got
					}
					if got != first {
						t.Errorf("drawing %d differs:\n%q\nwas\n%q", i, got, first)
					}
				})
			}
			for _, want := range []string{"releasing readme@", "compiling api", "live"} {
				if !strings.Contains(first, want) {
					t.Errorf("%q was never drawn:\n%q", want, first)
				}
			}
			if strings.Contains(first, "putting back") != (failing != nil) {
				t.Errorf("the rollback is told wrongly:\n%q", first)
			}
		})
	}
}

// screen reads a terminal until the test ends.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func watch(t *testing.T, r io.Reader) *screen {
	t.Helper()
	s := &screen{more: make(chan struct{}, 1)}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			s.mu.Lock()
			s.text.Write(buf[:n])
			s.mu.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) waitFor(t *testing.T, want string) {
	t.Helper()
	late := time.After(30 * time.Second)
	for !strings.Contains(s.String(), want) {
		select {
		case <-s.more:
		case <-late:
			t.Fatalf("%q did not appear in\n%q", want, s.String())
		}
	}
}

func openPTY(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, program, err := pty.Open()
	if err != nil {
		t.Skip("this system gives no pseudo-terminal: ", err)
	}
	t.Cleanup(func() { _, _ = program.Close(), person.Close() })
	if err := pty.Setsize(program, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	return person, program
}

func TestLive_inARealTerminal(t *testing.T) {
	person, program := openPTY(t)
	before, err := term.GetState(program.Fd())
	if err != nil {
		t.Fatal(err)
	}
	screen := watch(t, person)
	if _, err := program.WriteString("before\n"); err != nil {
		t.Fatal(err)
	}
	cancelled, left := make(chan struct{}), make(chan struct{})
	live := tui.Start(program, program, tui.Options{
		Color: true, Environ: []string{"TERM=xterm-256color"}, Cancel: func() { close(cancelled) },
		Leave: func() { // the person is back in the shell now
			if after, err := term.GetState(program.Fd()); err != nil || *after != *before {
				t.Errorf("the terminal was not given back as it was: %v", err)
			}
			close(left)
		},
	})
	if err := live.Write(scenes()["running"]); err != nil {
		t.Fatal(err)
	}
	screen.waitFor(t, "Ctrl-C stops it")
	press(t, person)
	await(t, cancelled, "the first Ctrl-C did not cancel")
	screen.waitFor(t, "again to leave")
	press(t, person)
	await(t, left, "the second Ctrl-C did not leave")
	live.Stop()
	if err := live.Err(); err != nil {
		t.Error(err)
	}
	if err := live.Write(scenes()["running"]); err != nil {
		t.Errorf("a write after the end: %v", err)
	}
	if _, err := program.WriteString("the report\n"); err != nil {
		t.Fatal(err)
	}
	screen.waitFor(t, "the report")
	text := screen.String()
	if strings.Contains(text, "\x1b[?1049h") {
		t.Error("it took the alternate screen, which would hide the scrollback")
	}
	end, _, _ := strings.Cut(text, "the report")
	if drawn := shownBy(text[:strings.LastIndex(text, "again to leave")]); !strings.Contains(drawn, "releasing readme@1a2b3c4 to local (box)") {
		t.Errorf("while it ran, the terminal showed %q", drawn)
	}
	if left := shownBy(text); left != "before\nthe report" {
		t.Errorf("the terminal shows at the end:\n%s", left)
	}
	if strings.LastIndex(end, "\x1b[?25h") < strings.LastIndex(end, "\x1b[?25l") {
		t.Error("the cursor stays hidden")
	}
}

func press(t *testing.T, person *os.File) {
	t.Helper()
	if _, err := person.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, c <-chan struct{}, or string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatal(or)
	}
}

func TestConfirm_agreesOnlyToWhatItAskedFor(t *testing.T) {
	for _, c := range []struct {
		name, typed string
		want        bool
	}{
		{"", "y\n", true},
		{"", "YES\r\n", true},
		{"", "\n", false},
		{"", "", false},
		{"", "n\n", false},
		{"", "yeah\n", false},
		{"prod", "prod\n", true},
		{"prod", " prod \n", true},
		{"prod", "y\n", false},
		{"prod", "PROD\n", false},
		{"prod", "prod", true},
		{"prod", strings.Repeat("prod", 1000), false},
	} {
		var out strings.Builder
		in := strings.NewReader(c.typed + "the next line")
		if c.typed == "" || !strings.HasSuffix(c.typed, "\n") {
			in = strings.NewReader(c.typed)
		}
		got, err := tui.Confirm(t.Context(), in, &out, "Release this?", c.name)
		if err != nil || got != c.want {
			t.Errorf("%q typed for %q: got %t, %v", c.typed, c.name, got, err)
		}
		if rest, _ := io.ReadAll(in); strings.HasSuffix(c.typed, "\n") && string(rest) != "the next line" {
			t.Errorf("%q: it read on, %q is left", c.typed, rest)
		}
		want := "Release this? [y/N] "
		if c.name != "" {
			want = "Release this? Type prod to approve: "
		}
		if out.String() != want {
			t.Errorf("asked %q", out.String())
		}
	}
}

func TestConfirm_endsWithItsContext(t *testing.T) {
	person, program := openPTY(t)
	defer person.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	asked := make(chan struct{})
	go func() {
		<-asked
		cancel(errors.New("interrupted"))
	}()
	ok, err := tui.Confirm(ctx, program, writer(func() { close(asked) }), "Release this?", "")
	if ok || err == nil || err.Error() != "interrupted" {
		t.Errorf("got %t, %v", ok, err)
	}
}

func TestConfirm_tellsThatItCannotAsk(t *testing.T) {
	if ok, err := tui.Confirm(t.Context(), strings.NewReader("y\n"), full{}, "Release this?", ""); ok || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %t, %v", ok, err)
	}
}

// writer calls a function at its only write.
type writer func()

func (w writer) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWaitForKey_takesOneKeyWithoutEnterAndGivesTheTerminalBack(t *testing.T) {
	person, program := openPTY(t)
	before, err := term.GetState(program.Fd())
	if err != nil {
		t.Fatal(err)
	}
	pressed := make(chan struct{})
	go func() {
		tui.WaitForKey(t.Context(), program)
		close(pressed)
	}()
	// A key that comes before the terminal is raw waits for Enter: press again until it is taken.
	for done := false; !done; {
		if _, err := person.WriteString("q"); err != nil {
			t.Fatal(err)
		}
		select {
		case <-pressed:
			done = true
		case <-time.After(20 * time.Millisecond):
		}
	}
	if after, err := term.GetState(program.Fd()); err != nil || *after != *before {
		t.Errorf("the terminal was not given back as it was: %v", err)
	}
}

func TestWaitForKey_endsWithItsContextOrItsInput(t *testing.T) {
	_, program := openPTY(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tui.WaitForKey(ctx, program)
	tui.WaitForKey(t.Context(), strings.NewReader(""))
}
