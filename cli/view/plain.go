package view

import (
	"io"
	"strings"
	"time"

	"readme/cli/release"
)

// Plain writes a line an event, for logs and for people without a terminal: the time, the step, and what it says. It is a sink of the
// engine.
type Plain struct {
	w     io.Writer
	style Style
	wide  int // of the column of names
	pace  pace
}

// maxName is how wide the column of names may get.
const maxName = 24

// NewPlain writes to w.
func NewPlain(w io.Writer, s Style) *Plain { return &Plain{w: w, style: s, wide: len("run")} }

// Write writes the batch at once.
func (p *Plain) Write(batch []release.Event) error {
	g := &page{Style: p.style}
	for _, e := range batch {
		p.line(g, e)
		p.whole(g, e)
	}
	_, err := io.WriteString(p.w, g.String())
	return err
}

func (p *Plain) measure(plan release.Plan) {
	for _, s := range plan.Steps {
		if s.Runs() {
			p.wide = min(maxName, max(p.wide, cells(release.Printable(s.ID))))
		}
	}
}

// Fold tells of events that are not to be shown: those of a run that is taken up again.
func (p *Plain) Fold(events []release.Event) {
	for _, e := range events {
		p.pace.state.Apply(e)
	}
}

// line writes an event and nothing else.
func (p *Plain) line(g *page, e release.Event) {
	if b, ok := e.Body.(release.RunStarted); ok {
		p.measure(b.Plan)
	}
	p.event(g, e)
}

// whole writes how the whole run stands, if it is time for that.
func (p *Plain) whole(g *page, e release.Event) {
	if text := p.pace.after(e); text != "" {
		p.row(g, e.At, "run", p.style.symbols().rule, text, Dim)
	}
}

func (p *Plain) event(g *page, e release.Event) {
	name := "run"
	if e.Step != "" {
		name = g.cut(release.Printable(e.Step), p.wide)
	}
	sign, text, m := p.say(e.Body)
	if _, still := e.Body.(release.StepStill); still {
		text = p.pace.still(e.Step, text)
	}
	p.row(g, e.At, name, sign, text, m)
}

func (p *Plain) row(g *page, at time.Time, name, sign, text string, m Mood) {
	first := g.clock(at) + " " + pad(name, p.wide) + " " + g.paint(m, sign) + " "
	for part := range strings.Lines(text + "\n") {
		// Lines are not broken: whoever searches a log wants them whole.
		g.line(first + g.paint(m, release.Printable(strings.TrimRight(part, "\r\n"))))
	}
}

// say gives an event's sign, text and mood.
func (p *Plain) say(body release.Body) (sign, text string, m Mood) {
	y := p.style.symbols()
	text = body.String()
	switch b := body.(type) {
	case release.StepSaid:
		if b.From != "" {
			text = b.From + ": " + text
		}
		return y.rule, text, Dim
	case release.StepStill:
		return y.rule, text, Dim
	case release.StepDone:
		return y.done, text, Good
	case release.StepFailed:
		return y.failed, text, Bad
	case release.StepSkipped:
		return y.skipped, text, Warn
	case release.StepCancelled:
		return y.cancelled, text, Warn
	case release.StepRetried:
		return y.warning, text, Warn
	case release.CheckResult:
		if !b.OK {
			return y.warning, text, Warn
		}
	case release.Denied, release.RunStopping, release.RollbackStarted, release.RunPaused, release.RunSuperseded:
		return y.warning, text, Bad
	case release.RunStarted, release.RunResumed, release.Approved, release.StepStarted, release.StepIntent, release.RunDone:
	}
	return y.rule, text, Normal
}
