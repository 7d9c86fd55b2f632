package app

import (
	"context"
	"sync"

	"readme/cli/engine"
	"readme/cli/release"
	"readme/cli/tui"
	"readme/cli/view"
)

// screen is the view of a run. It can make room for a question: then lines follow.
type screen struct {
	app *app
	mu  sync.Mutex
	to  engine.Sink
	off func()
}

func (a *app) screen() *screen {
	to, off := a.shower()
	return &screen{app: a, to: to, off: off}
}

// Write shows the batch.
func (s *screen) Write(batch []release.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(batch)
}

func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off()
}

// prime shows what a run has done before it was taken up again: all of it where a machine or a drawing needs it, and for
// whoever reads lines only what it is.
func (s *screen) prime(events []release.Event) {
	shown := len(events)
	if name := s.app.viewName(); name != "json" && name != "tui" {
		shown = min(1, shown)
	}
	rest := events[shown:]
	if shown > 0 {
		_ = s.Write(events[:shown])
	}
	if counts, ok := s.to.(interface{ Fold(events []release.Event) }); ok {
		counts.Fold(rest)
	}
}

// asker asks whether to put back what a failed run has changed; nil where there is nobody to ask.
func (s *screen) asker() func(context.Context, *release.State) bool {
	if !s.app.asks() {
		return nil
	}
	return func(ctx context.Context, state *release.State) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.off()
		s.to, s.off = view.NewPlain(s.app.sys.Err, s.app.style()), func() {}
		yes, err := tui.Confirm(ctx, s.app.sys.In, s.app.sys.Err, state.Stopping+". Put back what this release has changed?", "") // ctx ends with a signal
		return yes || err != nil                                                                                                  // who cannot answer gets what a release does by itself
	}
}
