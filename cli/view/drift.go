package view

import (
	"fmt"
	"time"

	"readme/cli/release"
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

// Drift lists what has drifted, and what to do about it.
func Drift(rows []DriftRow, s Style) string {
	if len(rows) == 0 {
		return "Nothing has drifted.\n"
	}
	g := &page{Style: s}
	table := [][]cell{{{"WHERE", Dim}, {"WHAT", Dim}, {"FIRST SEEN", Dim}, {"AGE", Dim}, {"EXPECTED, AND FOUND", Dim}}}
	overdue := 0
	for _, r := range rows {
		first, age, m := "unknown", "unknown", Warn
		if r.First != nil {
			first, age = r.First.UTC().Format("2006-01-02 15:04 UTC"), aged(time.Duration(r.AgeMS)*time.Millisecond)
		}
		if r.Overdue {
			overdue++
			age, m = age+", overdue", Bad
		}
		table = append(table, []cell{{r.Where, Normal}, {r.What, Normal}, {first, Dim}, {age, m}, {"expected: " + r.Expected + "; found: " + r.Found, Normal}})
	}
	g.table("", table)
	found := make([]Finding, len(rows))
	for i, r := range rows {
		found[i].Try = r.Try
	}
	g.todo("try:", found, func(f Finding) string { return f.Try })
	g.gap()
	text := fmt.Sprintf("%d %s from what was released.", len(rows), pick(len(rows) == 1, "thing differs", "things differ"))
	if overdue > 0 {
		text += fmt.Sprintf(" %d %s overdue: a change by hand has to be back-ported within 24 hours.", overdue, pick(overdue == 1, "is", "are"))
	}
	g.para(Strong, "", release.Printable(text))
	return g.String()
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
