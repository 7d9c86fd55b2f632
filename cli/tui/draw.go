package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"readme/cli/release"
)

// screen is how to draw: nothing in it is about what happened.
type screen struct {
	width, height int
	frame         int
	now           time.Time
	color, ascii  bool
	interrupted   bool // Ctrl-C was pressed
	names, times  int  // how wide names and times are in this drawing; draw finds it
}

// The columns of a row: sign, name, time, and the rest is what it says.
const (
	nameWidth = 22 // at least; names that need more take it where there is room for what they say
	timeWidth = 8  // at least; "12:40/15:00" needs more
	saysWidth = 46
)

// row is one line of the drawing.
type row struct {
	sign, name, took, says string
	ink                    ink
	below                  string // a dim line under it, shown if there is room
}

// draw shows a run in at most height-1 lines of at most width-1 columns: failures first, then what runs, then what is done, the latest
// first. It is a pure function of its arguments.
func draw(s *release.State, sc screen) string {
	if len(s.Steps) == 0 {
		return ""
	}
	lines := []string{sc.head(s)}
	room := max(1, sc.height-1-2) // without head and foot
	rows := sc.rows(s)
	below := 0
	sc.names, sc.times = nameWidth, timeWidth
	for _, r := range rows {
		sc.times = max(sc.times, len(r.took)+1)
	}
	for _, r := range rows {
		sc.names = max(sc.names, min(ansi.StringWidth(release.Printable(r.name)), sc.width-1-len("x ")-sc.times-len("  ")-saysWidth))
		if r.below != "" {
			below++
		}
	}
	withBelow := len(rows)+below <= room
	hidden := 0
	if !withBelow && len(rows) > room {
		hidden = len(rows) - room + 1
		rows = rows[:len(rows)-hidden]
	}
	for _, r := range rows {
		lines = append(lines, sc.row(r))
		if withBelow && r.below != "" {
			lines = append(lines, sc.paint(faint, sc.fit("    "+release.Printable(r.below))))
		}
	}
	if hidden > 0 {
		lines = append(lines, sc.paint(faint, sc.fit(fmt.Sprintf("  and %d more", hidden))))
	}
	return strings.Join(append(lines, sc.foot(s)), "\n")
}

func (sc screen) head(s *release.State) string {
	verb := "releasing"
	switch {
	case s.Rollback:
		verb = "putting back"
	case s.Stopping != "":
		verb = "stopping"
	}
	to := s.Plan.Env
	if s.Plan.Box {
		to += " (box)"
	}
	text := fmt.Sprintf("%s %s@%s to %s, %s", verb, s.Plan.Project, s.Plan.Commit.Short(), to, clock(sc.now.Sub(s.Started)))
	return sc.paint(strong, sc.fit(sc.spinner()+" "+release.Printable(text)))
}

// rows orders the steps: what needs a person's eyes comes first.
func (sc screen) rows(s *release.State) []row {
	var failed, running, done, waiting []*release.StepState
	for _, st := range s.Steps {
		switch {
		case st.Undo.Status == release.Running || (st.Status == release.Running && st.Undo.Status == ""):
			running = append(running, st)
		case st.Undo.Status == release.Done:
			done = append(done, st)
		case st.Undo.Status != "" || st.Status == release.Failed || st.Status == release.Cancelled:
			failed = append(failed, st)
		case st.Status == release.Pending:
			waiting = append(waiting, st)
		default:
			done = append(done, st)
		}
	}
	slices.SortStableFunc(done, func(a, b *release.StepState) int { return b.Ended.Compare(a.Ended) })
	var rows []row
	for _, st := range slices.Concat(failed, running, done, waiting) {
		rows = append(rows, sc.step(st))
	}
	return rows
}

// step says how one step stands.
func (sc screen) step(st *release.StepState) row {
	y := sc.symbols()
	r := row{name: st.Step.ID, says: st.Text, took: release.Took(st.TookMS)}
	switch st.Status {
	case release.Pending:
		r.sign, r.ink, r.took = y.pending, faint, ""
	case release.Running:
		r.sign, r.ink, r.took, r.says = sc.spinner(), plain, sc.pace(st), doing(st)
		if n := len(st.Said); n > 0 {
			r.below = st.Said[n-1]
		}
	case release.Done:
		r.sign, r.ink = y.done, green
	case release.Failed:
		r.sign, r.ink = y.failed, red
		if st.Fault != nil {
			r.says = st.Fault.Title
		}
	case release.Cancelled:
		r.sign, r.ink, r.says = y.cancelled, yellow, "cancelled: "+st.Text
	case release.Skipped:
		r.sign, r.ink, r.took, r.says = y.skipped, yellow, "", "skipped: "+st.Text
	case release.Unchanged:
		r.sign, r.ink, r.took, r.says = y.unchanged, faint, "", strings.TrimSuffix("unchanged, "+st.Text, ", ")
	}
	return sc.undone(r, st)
}

// undone says how the putting back of a step stands, if it has begun.
func (sc screen) undone(r row, st *release.StepState) row {
	switch st.Undo.Status {
	case release.Running:
		r.sign, r.ink, r.took, r.says = sc.spinner(), plain, "", "putting back"
	case release.Done:
		r.sign, r.ink, r.took, r.says = sc.symbols().done, yellow, release.Took(st.Undo.TookMS), "put back: "+st.Undo.Text
		if st.Undo.Kept != "" {
			r.says = "kept: " + st.Undo.Kept
		}
	case release.Failed, release.Cancelled:
		r.sign, r.ink, r.took, r.says = sc.symbols().failed, red, release.Took(st.Undo.TookMS), "NOT put back"
	case release.Pending, release.Skipped, release.Unchanged:
	}
	return r
}

// doing is what a running step is at: its last attempt if it is a check, else the vendor's word; and how long it may take.
func doing(st *release.StepState) string {
	says := st.Doing
	if n := len(st.Checks); n > 0 {
		says = st.Checks[n-1].String()
	}
	if st.Step.Deadline > 0 {
		says = strings.TrimPrefix(says+", at most "+clock(st.Step.Deadline), ", ")
	}
	return says
}

// pace is how long a step has been at work, and how long it usually is: 0:12/0:40.
func (sc screen) pace(st *release.StepState) string {
	text := clock(sc.now.Sub(st.Started))
	if st.Step.Estimate > 0 {
		text += "/" + clock(st.Step.Estimate)
	}
	return text
}

func (sc screen) row(r row) string {
	name := ansi.Truncate(release.Printable(r.name), sc.names, sc.symbols().more)
	name += strings.Repeat(" ", sc.names-ansi.StringWidth(name))
	left := fmt.Sprintf("%s %s%*s  ", r.sign, name, sc.times, r.took)
	says := ansi.Truncate(release.Printable(r.says), max(0, sc.width-1-ansi.StringWidth(left)), sc.symbols().more)
	if r.ink == faint {
		return sc.paint(faint, sc.fit(strings.TrimRight(left+says, " ")))
	}
	return sc.fit(strings.TrimRight(sc.paint(r.ink, r.sign)+strings.TrimPrefix(left, r.sign)+says, " "))
}

// barWidth is the width of the progress bar.
const barWidth = 20

// foot is the progress, and what Ctrl-C would do.
func (sc screen) foot(s *release.State) string {
	over, total := s.Counts()
	full := barWidth * over / max(1, total)
	y := sc.symbols()
	bar := strings.Repeat(y.full, full) + strings.Repeat(y.empty, barWidth-full)
	hint := "Ctrl-C stops it; resume goes on from there"
	ink := faint
	switch {
	case sc.interrupted:
		hint, ink = "stopping, Ctrl-C again to leave", yellow
	case s.Stopping != "":
		hint, ink = "stopping: "+s.Stopping, yellow
	}
	left := fmt.Sprintf("%s %d of %d  ", bar, over, total)
	if rest := s.Left(sc.now); rest != "" {
		left = fmt.Sprintf("%s %d of %d, %s  ", bar, over, total, rest)
	}
	hint = ansi.Truncate(release.Printable(hint), max(0, sc.width-1-ansi.StringWidth(left)), y.more)
	return sc.fit(left + sc.paint(ink, hint))
}

// fit cuts a line to one column less than the terminal has: a full line would wrap when the terminal gets narrower.
func (sc screen) fit(line string) string {
	return ansi.Truncate(line, max(1, sc.width-1), sc.symbols().more)
}

// clock is how long something has run: 0:07, 12:40, 1:02:03.
func clock(d time.Duration) string {
	d = max(0, d).Truncate(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// ink is the colour of a text: one of the 16, so that light and dark themes are both right.
type ink int

const (
	plain ink = iota
	strong
	faint
	green
	yellow
	red
)

func (sc screen) paint(i ink, text string) string {
	if !sc.color || text == "" {
		return text
	}
	style := lipgloss.NewStyle()
	switch i {
	case plain:
		return text
	case strong:
		style = style.Bold(true)
	case faint:
		style = style.Faint(true)
	case green:
		style = style.Foreground(lipgloss.Green)
	case yellow:
		style = style.Foreground(lipgloss.Yellow)
	case red:
		style = style.Foreground(lipgloss.Red).Bold(true)
	}
	return style.Render(text)
}
