package tui

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"

	"readme/cli/release"
)

// Confirm asks a yes-or-no question and reads one line. With a name, only typing it agrees, so that nobody approves a
// production release by habit; without one, "y" or "yes" does. Everything else, the end of the input too, is a no.
// When ctx ends the answer is its cause.
func Confirm(ctx context.Context, in io.Reader, out io.Writer, question, name string) (bool, error) {
	how := "[y/N]"
	if name != "" {
		how = "Type " + release.Printable(name) + " to approve:"
	}
	if _, err := fmt.Fprintf(out, "%s %s ", release.Printable(question), how); err != nil {
		return false, fmt.Errorf("ask: %w", err)
	}
	line, err := readUntil(ctx, in, "\n")
	if err != nil {
		return false, err
	}
	answer := strings.TrimSpace(line)
	if name != "" {
		return answer == name, nil
	}
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), nil
}

// WaitForKey returns when a key was pressed, the input has ended, or ctx has.
func WaitForKey(ctx context.Context, in io.Reader) {
	if f, ok := in.(term.File); ok && term.IsTerminal(f.Fd()) {
		if before, err := term.MakeRaw(f.Fd()); err == nil {
			defer func() { _ = term.Restore(f.Fd(), before) }()
		}
	}
	_, _ = readUntil(ctx, in, "")
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 1 << 10

// readUntil reads one byte at a time, so that nothing is taken from what comes after, until one of end; any byte ends it when end is "".
func readUntil(ctx context.Context, in io.Reader, end string) (string, error) {
	r, err := cancelreader.NewReader(in)
	if err != nil { // what cannot be cancelled can still be read
		r = &blocking{in}
	}
	answer := make(chan string, 1)
	go func() {
		var line []byte
		for one := make([]byte, 1); len(line) < maxAnswer; {
			n, err := r.Read(one)
			line = append(line, one[:n]...)
			if err != nil || (n > 0 && (end == "" || strings.Contains(end, string(one)))) {
				break
			}
		}
		answer <- string(line)
	}()
	select {
	case <-ctx.Done():
		if r.Cancel() {
			<-answer
		}
		_ = r.Close() // it was only read
		return "", context.Cause(ctx)
	case line := <-answer:
		return line, r.Close()
	}
}

// blocking is a reader that cannot be cancelled.
type blocking struct{ io.Reader }

func (*blocking) Cancel() bool { return false }
func (*blocking) Close() error { return nil }
