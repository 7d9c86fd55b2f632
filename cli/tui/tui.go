// Package tui draws a running release in a terminal, and asks a person in one.
package tui

import (
	"errors"
	"fmt"
	"io"
	"sync"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"readme/cli/release"
)

// Options say how to draw, and what the keys do.
type Options struct {
	Color   bool     // with the 16 ANSI colours
	ASCII   bool     // no symbols beyond ASCII
	Environ []string // what bubbletea may know of the environment: TERM and the like

	Cancel func() // the first Ctrl-C: stop the run, which can be resumed. nil: nothing
	Leave  func() // the second one: leave at once. It is called when the terminal has been given back. nil: only the drawing ends
}

// Live is a drawing of a run. It is a sink of the engine, and keeps what was in the terminal above it.
type Live struct {
	program *tea.Program
	ended   chan struct{}
	err     error // of the program; read it once ended is closed
	stop    sync.Once
}

// Start begins to draw on out, which should be stderr, and to read keys from in. in may be nil. The caller keeps the signals: the drawing
// ends with Stop, so that the rollback after a cancel is still seen.
func Start(in io.Reader, out io.Writer, o Options) *Live { return start(in, out, o) }

func start(in io.Reader, out io.Writer, o Options, more ...tea.ProgramOption) *Live {
	profile := colorprofile.ASCII
	if o.Color {
		profile = colorprofile.ANSI
	}
	options := append([]tea.ProgramOption{
		tea.WithInput(in), tea.WithOutput(out), tea.WithEnvironment(o.Environ), tea.WithoutSignalHandler(), tea.WithColorProfile(profile),
		tea.WithFPS(30),
	}, more...)
	l := &Live{program: tea.NewProgram(newModel(o), options...), ended: make(chan struct{})}
	go func() {
		last, err := l.program.Run()
		l.err = err
		close(l.ended)
		if m, ok := last.(*model); ok && m.leaving && o.Leave != nil {
			o.Leave()
		}
	}()
	return l
}

// Write shows the batch. It never waits once the drawing has ended; if it ended by an error, Write returns that.
func (l *Live) Write(batch []release.Event) error {
	select {
	case <-l.ended:
		return l.Err()
	default:
	}
	l.program.Send(events(batch))
	return nil
}

// Stop ends the drawing, leaves nothing of it in the terminal, and gives the terminal back. It may be called more than once.
func (l *Live) Stop() {
	l.stop.Do(func() { l.program.Send(stopped{}) })
	<-l.ended
}

// Err says, after the end, why the drawing ended if nobody asked for it.
func (l *Live) Err() error {
	if l.err != nil && !errors.Is(l.err, tea.ErrInterrupted) {
		return fmt.Errorf("draw the run: %w", l.err)
	}
	return nil
}
