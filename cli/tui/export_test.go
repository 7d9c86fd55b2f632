package tui

import (
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"readme/cli/release"
)

// Screen is how a test draws.
type Screen struct {
	Width, Height, Frame      int
	Now                       time.Time
	Color, ASCII, Interrupted bool
}

// Draw draws a state.
func Draw(s *release.State, sc Screen) string {
	return draw(s, screen{
		width: sc.Width, height: sc.Height, frame: sc.Frame, now: sc.Now, color: sc.Color, ascii: sc.ASCII, interrupted: sc.Interrupted,
	})
}

// StartWith starts with further options of bubbletea.
func StartWith(in io.Reader, out io.Writer, o Options, more ...tea.ProgramOption) *Live {
	return start(in, out, o, more...)
}
