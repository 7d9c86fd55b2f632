package notify

import (
	"fmt"
	"strings"

	"readme/cli/release"
)

// Run is the message about a run that has ended, or was paused. There is none about smoke checks and variables by hand, about what was
// never approved, about an interrupt before anything was changed, and about a run that another one has replaced.
func Run(s *release.State) (Message, bool) {
	m := Message{Title: cut(s.LastLine()), Link: link(s.CI)}
	switch v := s.Verdict(); {
	case s.Plan.Purpose == release.Smoke, s.Plan.Purpose == release.Variables, len(s.Plan.Steps) == 0, v == release.NotStarted, v == release.Superseded, v == release.Stopped && s.Signal != "":
		return Message{}, false
	case v == release.Paused:
		m.Kind, m.Urgent, m.Next = Paused, true, "readme-ops resume --env "+release.ShellWord(s.Plan.Env)
	case v == release.Released && s.Plan.Purpose == release.Rollback, v == release.PutBack && s.Plan.Purpose != release.Rollback:
		m.Kind = RolledBack
	case v == release.Released:
		m.Kind = Released
	default:
		m.Kind, m.Urgent = Failed, v == release.Left || v == release.Going
	}
	m.who(s)
	m.failures(s)
	if m.Next == "" && m.Urgent {
		m.Next = "readme-ops show " + release.ShellWord(s.Run)
	}
	return m, true
}

func (m *Message) who(s *release.State) {
	by := ""
	if s.By != "" {
		by = ", by " + s.By
	}
	m.add("run %s%s", s.Run, by)
	if s.Reason != "" {
		m.add("because: %s", s.Reason)
	}
	if s.BreakGlass != "" {
		m.add("past %s, because: %s", strings.Join(s.Waived, " and "), s.BreakGlass)
	}
}

// failures names what failed first, and all that was not put back. The next command is the first one's.
func (m *Message) failures(s *release.State) {
	more := 0
	told := false
	for _, st := range s.Steps {
		switch {
		case st.Fault == nil || st.Step.Kind == release.KindCleanup:
		case told:
			more++
		default:
			told = true
			m.add("%s: %s", st.Step.ID, said(st.Fault))
			if m.Next == "" {
				m.Next = cut(st.Fault.Aimed(s.Plan.Env).Try)
			}
		}
	}
	if more > 0 {
		m.add("and %d more failed", more)
	}
	for _, st := range s.Steps {
		if st.Undo.Fault != nil {
			m.add("NOT put back: %s: %s", st.Step.ID, said(st.Undo.Fault))
		}
	}
}

func said(f *release.Fault) string {
	return strings.TrimSuffix(f.Title+": "+f.Detail, ": ")
}

// Breaking is the message about somebody who goes past the gates of an environment, before anything moves.
func Breaking(p release.Plan, a release.Approved, ci string) Message {
	m := Message{
		Kind: BreakGlass, Urgent: true, Link: link(ci),
		Title: cut(fmt.Sprintf("%s@%s goes to %s past %s", p.Project, p.Commit.Short(), p.Where(), strings.Join(a.Waived, " and "))),
	}
	m.add("by %s, because: %s", a.By, a.BreakGlass)
	return m
}
