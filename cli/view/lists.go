package view

import (
	"cmp"
	"slices"

	"readme/cli/release"
)

// HistoryRow is one run of a history. State is nil when the record cannot be read, and Note says why.
type HistoryRow struct {
	Run   string
	State *release.State
	Note  string
}

// History lists runs, in the order given.
func History(rows []HistoryRow, s Style) string {
	if len(rows) == 0 {
		return "No run is on record yet.\n"
	}
	table := make([][]cell, len(rows))
	for i, r := range rows {
		if r.State == nil {
			table[i] = []cell{{r.Run, Normal}, {}, {}, {"unreadable", Bad}, {}, {r.Note, Normal}}
			continue
		}
		v := r.State.Verdict()
		m := Bad
		switch v {
		case release.Released:
			m = Good
		case release.Going, release.NotStarted, release.Stopped, release.Paused, release.Superseded:
			m = Warn
		case release.PutBack, release.Left, release.Unproven:
		}
		took := ""
		if r.State.Over {
			took = release.Took(r.State.Ended.Sub(r.State.Started).Milliseconds())
		}
		table[i] = []cell{
			{r.Run, Normal},
			{r.State.Plan.Env, Normal},
			{r.State.Plan.Commit.Short(), Normal},
			{ended(r.State), m},
			{took, Dim},
			{cmp.Or(r.Note, r.State.Stopping, r.State.Reason), Normal},
		}
	}
	return headed([]string{"RUN", "ENV", "COMMIT", "VERDICT", "TOOK", ""}, table, s)
}

// ended is a run's verdict in a word or two. A run of the checks alone has released nothing.
func ended(s *release.State) string {
	v := s.Verdict()
	switch {
	case s.Plan.Purpose == release.Rollback && v == release.Released:
		return "went back"
	case s.Plan.Purpose == release.Variables && v == release.Released:
		return "variables written"
	case s.Plan.Purpose == release.Variables && v == release.PutBack: // what was written stays, and is listed as kept
		return "write failed"
	}
	if s.Plan.Purpose != release.Smoke || !s.Over || s.Denied {
		return string(v)
	}
	if v == release.Released {
		return "checks passed"
	}
	return "checks did not pass"
}

// ServiceRow is what is live of one service.
type ServiceRow struct {
	Name, Host, Commit, State, URL string
	Mood                           Mood
}

// Status lists what is live.
func Status(rows []ServiceRow, s Style) string {
	table := make([][]cell, len(rows))
	for i, r := range rows {
		table[i] = []cell{{r.Name, Normal}, {r.Host, Normal}, {cmp.Or(r.Commit, "-"), Normal}, {r.State, r.Mood}, {r.URL, Normal}}
	}
	return headed([]string{"SERVICE", "AT", "LIVE", "STATE", "URL"}, table, s)
}

// Finding is one thing that doctor looked at.
type Finding struct {
	Name, Text string
	Word       string // for it in one word; "" is the mood's own
	Try        string // a command that would mend it, or ""
	Page       string // where a person mends it in the browser, or ""
	Mood       Mood   // Good, Warn, Bad, or Dim for what could not be found out
}

// Doctor lists what was found, and below it what to do.
func Doctor(found []Finding, s Style) string {
	g := &page{Style: s}
	y := s.symbols()
	rows := make([][]cell, len(found))
	for i, f := range found {
		sign, word := y.done, "ok"
		switch f.Mood {
		case Bad:
			sign, word = y.failed, "wrong"
		case Warn:
			sign, word = y.warning, "note"
		case Dim:
			sign, word = y.pending, "unknown"
		case Normal, Good, Strong:
		}
		rows[i] = []cell{{sign, f.Mood}, {f.Name, Normal}, {cmp.Or(f.Word, word), f.Mood}, {f.Text, Normal}}
	}
	g.table("", rows)
	g.todo("try:", found, func(f Finding) string { return f.Try })
	g.todo("open:", found, func(f Finding) string { return f.Page })
	return g.String()
}

// todo lists what a person can do about the findings, each thing once.
func (g *page) todo(label string, found []Finding, of func(Finding) string) {
	var done []string
	for _, f := range found {
		do := release.Printable(of(f))
		if do == "" || slices.Contains(done, do) {
			continue
		}
		if len(done) == 0 {
			g.gap()
		}
		done = append(done, do)
		g.line(g.paint(Strong, label) + " " + do)
	}
}

func headed(head []string, rows [][]cell, s Style) string {
	line := make([]cell, len(head))
	for i, h := range head {
		line[i] = cell{h, Dim}
	}
	g := &page{Style: s}
	g.table("", append([][]cell{line}, rows...))
	return g.String()
}
