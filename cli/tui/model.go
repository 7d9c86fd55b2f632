package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"readme/cli/release"
)

// frameTime is how often the spinner moves and the clocks go on.
const frameTime = 100 * time.Millisecond

// The messages of the program.
type (
	events  []release.Event
	tick    time.Time
	stopped struct{}
)

// model is all that the program knows. It belongs to bubbletea's goroutine.
type model struct {
	o      Options
	state  *release.State
	screen screen
	final  bool // draw nothing any more

	leaving bool // Ctrl-C was pressed twice
}

func newModel(o Options) *model {
	return &model{o: o, state: &release.State{}, screen: screen{width: 80, height: 24, color: o.Color, ascii: o.ASCII, now: time.Now()}}
}

// Init starts the clock.
func (m *model) Init() tea.Cmd { return next() }

func next() tea.Cmd { return tea.Tick(frameTime, func(t time.Time) tea.Msg { return tick(t) }) }

// Update folds what happened.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case events:
		for _, e := range msg {
			m.state.Apply(e)
		}
	case tick:
		m.screen.frame++
		m.screen.now = time.Time(msg)
		return m, next()
	case tea.WindowSizeMsg:
		if msg.Width > 0 && msg.Height > 0 {
			m.screen.width, m.screen.height = msg.Width, msg.Height
		}
	case tea.KeyPressMsg:
		if msg.String() == "ctrl+c" {
			return m, m.interrupt()
		}
	case stopped:
		m.final = true
		return m, tea.Quit
	}
	return m, nil
}

// interrupt is what Ctrl-C means: first stop the run, then leave it. Cancel goes on in a goroutine of bubbletea, because
// it may in turn write to this program.
func (m *model) interrupt() tea.Cmd {
	if m.screen.interrupted {
		m.final, m.leaving = true, true
		return tea.Quit
	}
	m.screen.interrupted = true
	if m.o.Cancel == nil {
		return nil
	}
	return func() tea.Msg {
		m.o.Cancel()
		return nil
	}
}

// View draws inline: what was in the terminal before stays above.
func (m *model) View() tea.View {
	if m.final {
		return tea.NewView("")
	}
	return tea.NewView(draw(m.state, m.screen))
}
