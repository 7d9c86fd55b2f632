package view

import (
	"cmp"

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
		case release.Going, release.NotStarted, release.Stopped:
			m = Warn
		case release.PutBack, release.Left:
		}
		took := ""
		if r.State.Over {
			took = release.Took(r.State.Ended.Sub(r.State.Started).Milliseconds())
		}
		table[i] = []cell{
			{r.Run, Normal},
			{r.State.Plan.Env, Normal},
			{r.State.Plan.Commit.Short(), Normal},
			{string(v), m},
			{took, Dim},
			{cmp.Or(r.Note, r.State.Stopping), Normal},
		}
	}
	return headed([]string{"RUN", "ENV", "COMMIT", "VERDICT", "TOOK", ""}, table, s)
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

// Finding is one thing that doctor looked at. Try is a command that would mend it, or "".
type Finding struct {
	Name, Text, Try string
	Mood            Mood // Good, Warn or Bad
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
			sign, word = y.failed, "missing"
		case Warn:
			sign, word = y.warning, "note"
		case Normal, Good, Dim, Strong:
		}
		rows[i] = []cell{{sign, f.Mood}, {f.Name, Normal}, {word, f.Mood}, {f.Text, Normal}}
	}
	g.table("", rows)
	for i, f := range found {
		if f.Try == "" {
			continue
		}
		if i == 0 || !tried(found[:i]) {
			g.gap()
		}
		g.line(g.paint(Strong, "try:") + " " + release.Printable(f.Try))
	}
	return g.String()
}

func tried(found []Finding) bool {
	for _, f := range found {
		if f.Try != "" {
			return true
		}
	}
	return false
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
