package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"readme/cli/release"
)

// stillEvery is how often a step that is at work is spoken of while its lines are held back.
const stillEvery = 30 * time.Second

// GitHub shows a run in the log of GitHub Actions: that a step begins, at once, and what it has said, once it is over, as a
// group that can be folded. Steps run beside each other, and groups cannot. It is a sink of the engine.
type GitHub struct {
	out   *Workflow
	plain *Plain
	title map[string]string // of steps
	held  map[part]*lines
	order []part // of held
}

// part is a step, or its undo.
type part struct {
	step string
	undo bool
}

// lines are what a part has said so far.
type lines struct {
	events []release.Event
	spoken time.Time // when it was last spoken of
}

// NewGitHub writes to out.
func NewGitHub(out *Workflow, s Style) *GitHub {
	return &GitHub{out: out, plain: NewPlain(out, s), title: map[string]string{}, held: map[part]*lines{}}
}

// Write writes the batch at once.
func (g *GitHub) Write(batch []release.Event) error {
	for _, e := range batch {
		if err := g.event(e); err != nil {
			return err
		}
		page := &page{Style: g.plain.style}
		g.plain.whole(page, e)
		if _, err := io.WriteString(g.out, page.String()); err != nil {
			return err
		}
	}
	return nil
}

// Fold tells of events that are not to be shown: those of a run that is taken up again.
func (g *GitHub) Fold(events []release.Event) { g.plain.Fold(events) }

// print writes the lines of events.
func (g *GitHub) print(events ...release.Event) error {
	page := &page{Style: g.plain.style}
	for _, e := range events {
		g.plain.line(page, e)
	}
	_, err := io.WriteString(g.out, page.String())
	return err
}

func (g *GitHub) event(e release.Event) error {
	if b, ok := e.Body.(release.RunStarted); ok {
		for _, s := range b.Plan.Steps {
			g.title[s.ID] = s.Title
		}
	}
	p := part{e.Step, undoes(e.Body)}
	switch b := e.Body.(type) {
	case release.StepStarted:
		g.hold(p).spoken = e.At
		return g.print(e)
	case release.StepStill:
		held := g.hold(p, e)
		if e.At.Sub(held.spoken) < stillEvery {
			return nil
		}
		held.spoken = e.At
		return g.print(e)
	case release.StepIntent, release.StepSaid, release.StepRetried, release.CheckResult:
		g.hold(p, e)
		return nil
	case release.StepDone, release.StepSkipped, release.StepCancelled:
		return g.group(p, e)
	case release.StepFailed:
		if err := g.group(p, e); err != nil {
			return err
		}
		return g.out.Faults("error", &b.Fault)
	case release.RunDone, release.RunPaused:
		for _, p := range slices.Clone(g.order) {
			if err := g.group(p, release.Event{}); err != nil {
				return err
			}
		}
	case release.RunStarted, release.Approved, release.Denied, release.RunStopping, release.RollbackStarted, release.RunResumed, release.RunSuperseded:
	}
	return g.print(e)
}

// hold keeps events until their part is over.
func (g *GitHub) hold(p part, events ...release.Event) *lines {
	held, ok := g.held[p]
	if !ok {
		held = &lines{}
		g.held[p] = held
		g.order = append(g.order, p)
	}
	held.events = append(held.events, events...)
	return held
}

// group writes what a part has said, folded, and below it how it ended. A part that has said nothing has only its end.
func (g *GitHub) group(p part, end release.Event) error {
	held, said := g.held[p]
	if said {
		delete(g.held, p)
		g.order = slices.DeleteFunc(g.order, func(o part) bool { return o == p })
	}
	if said && len(held.events) > 0 {
		name := p.step
		if title := g.title[p.step]; title != "" && title != name {
			name = title
		}
		if p.undo {
			name = "putting back " + p.step
		}
		if err := g.fold(name, held.events); err != nil {
			return err
		}
	}
	if end.Body == nil {
		return nil
	}
	return g.print(end)
}

func (g *GitHub) fold(name string, events []release.Event) error {
	title := fmt.Sprintf("%s (%d %s)", release.Printable(name), len(events), plural(len(events), "line"))
	if err := g.out.Group(title); err != nil {
		return err
	}
	if err := g.print(events...); err != nil {
		return err
	}
	return g.out.EndGroup()
}

// Group begins a group of lines that can be folded.
func (f *Workflow) Group(title string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.command("group", "", data(strings.ReplaceAll(title, "\n", " ")))
}

// EndGroup ends it.
func (f *Workflow) EndGroup() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.command("endgroup", "", "")
}

// undoes reports whether an event is about the putting back of its step.
func undoes(body release.Body) bool {
	switch b := body.(type) {
	case release.StepStarted:
		return b.Undo
	case release.StepIntent:
		return b.Undo
	case release.StepSaid:
		return b.Undo
	case release.StepStill:
		return b.Undo
	case release.StepRetried:
		return b.Undo
	case release.StepDone:
		return b.Undo
	case release.StepFailed:
		return b.Undo
	case release.StepCancelled:
		return b.Undo
	case release.RunStarted, release.Approved, release.Denied, release.StepSkipped, release.CheckResult, release.RunStopping,
		release.RollbackStarted, release.RunDone, release.RunPaused, release.RunResumed, release.RunSuperseded:
	}
	return false
}
