package view

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DriftRow is one thing that is not as it was released. The JSON of it is for programs.
type DriftRow struct {
	Key      string     `json:"key"` // names the thing for good
	Where    string     `json:"where"`
	What     string     `json:"what"`
	Expected string     `json:"expected"`
	Found    string     `json:"found"`
	Try      string     `json:"try,omitempty"`
	First    *time.Time `json:"first_seen,omitempty"` // by the database's clock; nil where nobody knows
	AgeMS    int64      `json:"age_ms,omitempty"`
	Overdue  bool       `json:"overdue,omitempty"` // older than 24 hours
}

// Drift lists what has drifted, and what to do about it. partly says that not everything could be looked at.
func Drift(rows []DriftRow, partly bool, s Style) string {
	if len(rows) == 0 {
		return drifted(rows, partly) + "\n"
	}
	g := &page{Style: s}
	table := [][]cell{{{"WHERE", Dim}, {"WHAT", Dim}, {"FIRST SEEN", Dim}, {"AGE", Dim}, {"EXPECTED, AND FOUND", Dim}}}
	for _, r := range rows {
		first, age, m := r.seen()
		table = append(table, []cell{{r.Where, Normal}, {r.What, Normal}, {first, Dim}, {age, m}, {"expected: " + r.Expected + "; found: " + r.Found, Normal}})
	}
	g.table("", table)
	found := make([]Finding, len(rows))
	for i, r := range rows {
		found[i].Try = r.Try
	}
	g.todo("try:", found, func(f Finding) string { return f.Try })
	g.gap()
	g.para(Strong, "", drifted(rows, partly))
	return g.String()
}

// seen writes since when it is so.
func (r DriftRow) seen() (first, age string, m Mood) {
	if r.First == nil {
		return "unknown", "unknown", Warn
	}
	first, age = r.First.UTC().Format("2006-01-02 15:04 UTC"), aged(time.Duration(r.AgeMS)*time.Millisecond)
	if r.Overdue {
		return first, age + ", overdue", Bad
	}
	return first, age, Warn
}

// drifted is all of it in a line.
func drifted(rows []DriftRow, partly bool) string {
	switch {
	case len(rows) == 0 && partly:
		return "Nothing is known to have drifted."
	case len(rows) == 0:
		return "Nothing has drifted."
	}
	overdue := 0
	for _, r := range rows {
		if r.Overdue {
			overdue++
		}
	}
	text := fmt.Sprintf("%d %s from what was released.", len(rows), pick(len(rows) == 1, "thing differs", "things differ"))
	if overdue > 0 {
		text += fmt.Sprintf(" %d %s overdue: a change by hand has to be back-ported within 24 hours.", overdue, pick(overdue == 1, "is", "are"))
	}
	return text
}

// drift is the same table in Markdown.
func (m *markdown) drift(rows []DriftRow) {
	var table [][]string
	for _, r := range rows {
		first, age, _ := r.seen()
		table = append(table, []string{code(r.Where), code(r.What), first, age, code(r.Expected), code(r.Found)})
	}
	m.rows([]string{"where", "what", "first seen", "age", "expected", "found"}, table)
	var tries []string
	for _, r := range rows {
		if r.Try != "" && !slices.Contains(tries, r.Try) {
			tries = append(tries, r.Try)
		}
	}
	if len(tries) > 0 {
		m.fence(strings.Join(tries, "\n"))
	}
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// aged writes how long something is so: 5m, 3h, 2d4h.
func aged(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < day:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd%dh", int(d/day), int(d%day/time.Hour))
}
