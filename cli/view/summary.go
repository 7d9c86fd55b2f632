package view

import (
	"cmp"
	"fmt"
	"strings"

	"readme/cli/release"
)

// What GitHub takes, in bytes: of all summaries of one step, and of the body of a comment (65,536 characters; a character
// has at least a byte). What is longer is refused as a whole.
const (
	SummaryLimit = 1 << 20
	CommentLimit = 65_536
)

// Marker is the hidden first line of a summary, by which a comment is found again that is to be updated.
func Marker(command, env string) string {
	word := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return '_' // two hyphens would end the comment
		}, s)
	}
	return "<!-- readme-ops " + word(command) + " " + word(cmp.Or(env, "unknown")) + " -->"
}

// Summary writes an outcome in GitHub's Markdown, in at most limit bytes, the most important first.
func Summary(o Outcome, limit int) []byte {
	m := &markdown{limit: limit}
	m.block(Marker(o.Command, o.env()))
	sign := "✔"
	if !o.good() {
		sign = "✘"
	}
	m.block(fmt.Sprintf("### %s %s", sign, inline(o.heading())))
	for _, f := range o.Faults {
		m.fence(Fault(*f.Aimed(o.env()), Style{Width: 100}))
	}
	switch {
	case o.State != nil && len(o.State.Steps) > 0:
		m.run(o)
	case o.Plan != nil:
		m.plan(*o.Plan)
	case o.Drift != nil:
		m.drift(o.Drift)
	case o.Variables != nil:
		m.fence(Variables(o.Variables, false, false, Style{Width: 100}))
	}
	return m.bytes()
}

func (o Outcome) heading() string {
	if o.State == nil && o.Plan != nil && len(o.Faults) == 0 && o.Plan.Purpose == release.Offline {
		return title(*o.Plan) + ", offline: nothing live was read"
	}
	if o.State == nil && o.Plan != nil && len(o.Faults) == 0 {
		return title(*o.Plan) + ": " + o.headline()
	}
	return o.headline()
}

func (m *markdown) plan(p release.Plan) {
	if p.Purpose == release.Offline {
		m.fence(Offline(p, Style{Width: 100}))
		return
	}
	m.fence(Plan(p, Style{Width: 100}))
	if p.Digest != "" {
		m.block("Digest: " + code(p.Digest))
	}
}

func (m *markdown) run(o Outcome) {
	st := o.State
	m.block(fmt.Sprintf("Run %s, %s", code(st.Run), inline(title(st.Plan))))
	if text := failed(st); text != "" {
		m.fence(text)
	}
	if len(o.Explained) > 0 {
		m.fence(Explain(o.Explained, Style{Width: 100}))
	}
	var rows [][]string
	for _, step := range st.Steps {
		sign, _ := Style{}.status(step.Status)
		took, text := "", step.Text
		if step.Status == release.Done || step.Status == release.Failed || step.Status == release.Cancelled {
			took = release.Took(step.TookMS)
		}
		if step.Fault != nil {
			text = step.Fault.Title
		}
		rows = append(rows, []string{sign, code(step.Step.ID), string(step.Status), took, code(text)})
	}
	m.rows([]string{"", "step", "status", "took", ""}, rows)
	if changed := changed(st); changed != "" {
		m.fence(changed)
	}
	rows = nil
	for _, at := range addresses(st) {
		rows = append(rows, []string{code(at[0]), link(at[1])})
	}
	m.rows([]string{"live", ""}, rows)
}

// failed shows the faults of a run's steps.
func failed(st *release.State) string {
	g := &page{Style: Style{Width: 100}}
	g.failures(st)
	return strings.TrimPrefix(g.String(), "\n")
}

// changed lists what a run that did not release had changed.
func changed(st *release.State) string {
	g := &page{Style: Style{Width: 100}}
	g.putBack(st)
	return strings.TrimPrefix(g.String(), "\n")
}
