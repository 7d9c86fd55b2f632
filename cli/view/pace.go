package view

import (
	"strings"
	"time"

	"readme/cli/release"
)

// wholeEvery is how often lines say how the whole run stands, while steps have nothing to tell but that they are alive.
const wholeEvery = 30 * time.Second

// pace knows how long things take.
type pace struct {
	state release.State
	told  time.Time // when the whole was told last, or something began
}

// after folds an event and gives the line about the whole, if it is time for one: "3 of 9 steps over, about 1m20s left, at work: api".
func (p *pace) after(e release.Event) string {
	p.state.Apply(e)
	if p.told.IsZero() {
		p.told = e.At
	}
	if _, still := e.Body.(release.StepStill); !still || e.At.Sub(p.told) < wholeEvery {
		return ""
	}
	p.told = e.At
	text := p.state.Progress(e.At)
	if at := p.atWork(); len(at) > 0 {
		text += ", at work: " + strings.Join(at, ", ")
	}
	return text
}

// still adds to the sign of life of a step how long it usually takes, and may.
func (p *pace) still(id, text string) string {
	st := p.state.Step(id)
	if st == nil {
		return text
	}
	if expected := st.Step.Expected(); expected != "" && st.Undo.Status == "" {
		text += ", " + expected
	}
	return text
}

func (p *pace) atWork() []string {
	var ids []string
	for _, st := range p.state.Steps {
		if st.Undo.Status == release.Running || (st.Status == release.Running && st.Undo.Status == "") {
			ids = append(ids, st.Step.ID)
		}
	}
	return ids
}
