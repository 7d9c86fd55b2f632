package view

import (
	"fmt"
	"strings"
	"time"
)

// VariableRow is one variable of one service at its vendor. The JSON of it is for programs. No value is in it.
type VariableRow struct {
	Service  string     `json:"service"` // its name in release.yaml
	To       string     `json:"to"`      // the vendor
	Variable string     `json:"variable"`
	State    string     `json:"state"`                // ok, missing, extra, different, as pushed, unknown, not given
	Differs  bool       `json:"differs"`              // it is known not to be as it should
	Stale    bool       `json:"stale,omitempty"`      // what is live runs without what the vendor has now
	Since    bool       `json:"rewritten,omitempty"`  // somebody has written it since readme-ops pushed it
	Here     string     `json:"here,omitempty"`       // fingerprint of the value that readme-ops was given
	There    string     `json:"there,omitempty"`      // fingerprint of what the vendor has, as far as anybody can know it
	Given    bool       `json:"given"`                // readme-ops was given a value
	Readable bool       `json:"readable"`             // the vendor gives the value back
	Secret   bool       `json:"secret"`               // envmatrix.yaml calls it secret
	Required bool       `json:"required"`             // the environment needs it
	Owner    string     `json:"owner,omitempty"`      // who else writes it
	Updated  *time.Time `json:"updated,omitempty"`    // when it was last written, as the vendor tells
	Pushed   *time.Time `json:"pushed,omitempty"`     // when readme-ops has pushed it last
	Where    string     `json:"where,omitempty"`      // file:line:column in envmatrix.yaml
	Why      string     `json:"why,omitempty"`        // what is to be said beside the state
	First    *time.Time `json:"first_seen,omitempty"` // by the database's clock; nil where nobody knows, and where nothing differs
	AgeMS    int64      `json:"age_ms,omitempty"`
	Try      string     `json:"try,omitempty"`
}

// quiet reports whether there is nothing to say of a row.
func (r VariableRow) quiet() bool {
	return !r.Differs && (r.State == "ok" || r.State == "as pushed" || r.State == "not given")
}

// Variables lists the variables that are not as they should be, or all, and counts them. partly says that not everything could be looked at.
func Variables(rows []VariableRow, all, partly bool, s Style) string {
	g := &page{Style: s}
	var told []VariableRow
	for _, r := range rows {
		if all || !r.quiet() {
			told = append(told, r)
		}
	}
	if len(told) > 0 {
		table := [][]cell{{{"SERVICE", Dim}, {"VARIABLE", Dim}, {"STATE", Dim}, {"SINCE", Dim}, {"HERE, AND THERE", Dim}}}
		for _, r := range told {
			since, m := r.since(s)
			table = append(table, []cell{{r.Service, Normal}, {r.Variable, Normal}, {r.word(), r.mood()}, {since, m}, {r.words(), Normal}})
		}
		g.table("", table)
		tries := make([]Finding, len(told))
		for i, r := range told {
			tries[i].Try = r.Try
		}
		g.todo("try:", tries, func(f Finding) string { return f.Try })
		g.gap()
	}
	g.para(Strong, "", countedVariables(rows, partly))
	return g.String()
}

// word is the state, as the table has it.
func (r VariableRow) word() string {
	if r.Stale {
		return r.State + ", stale"
	}
	return r.State
}

func (r VariableRow) mood() Mood {
	switch {
	case r.State == "missing" || r.State == "different":
		return Bad
	case r.Differs, r.State == "extra":
		return Warn
	case r.State == "ok" || r.State == "as pushed":
		return Good
	}
	return Dim
}

// roomy is the width from which on there is room for a date beside its age.
const roomy = 100

// since is when it was first seen to differ, and how long ago that is.
func (r VariableRow) since(s Style) (string, Mood) {
	switch {
	case !r.Differs:
		return "", Dim
	case r.First == nil:
		return "unknown", Warn
	}
	age := aged(time.Duration(r.AgeMS) * time.Millisecond)
	text := age
	if s.width() >= roomy {
		text = s.in(*r.First).Format("2006-01-02 15:04") + " (" + age + ")"
	}
	if time.Duration(r.AgeMS)*time.Millisecond > 24*time.Hour {
		return text, Bad
	}
	return text, Warn
}

// words show fingerprints, and what is to be said beside them.
func (r VariableRow) words() string {
	var parts []string
	switch {
	case r.State == "ok" || r.State == "as pushed" && r.Given:
		parts = append(parts, "both "+short(r.There))
	default:
		if r.Given {
			parts = append(parts, "here "+short(r.Here))
		} else if r.State != "extra" && r.State != "not given" {
			parts = append(parts, "not given here")
		}
		if r.State != "missing" && (r.There != "" || r.Readable) {
			parts = append(parts, "there "+short(r.There))
		}
	}
	text := strings.Join(parts, ", ")
	for _, more := range []string{r.Why, pick(r.Stale, "changed after what is live was built", "")} {
		if text != "" && more != "" {
			text += "; "
		}
		text += more
	}
	return text
}

// short is what people are shown of a fingerprint.
func short(fingerprint string) string {
	if len(fingerprint) < 8 {
		return "unknown"
	}
	return fingerprint[:8]
}

// countedVariables is all of it in a line.
func countedVariables(rows []VariableRow, partly bool) string {
	counts, differ := map[string]int{}, 0
	for _, r := range rows {
		if r.Differs {
			differ++
		}
		switch { // each once: the numbers are to add up
		case r.State == "missing" || r.State == "extra" || r.State == "different":
			counts[r.State]++
		case r.Stale:
			counts["stale"]++
		case r.Since:
			counts["written since"]++
		default:
			counts[r.State]++
		}
	}
	count := func(states ...string) string {
		var each []string
		for _, state := range states {
			if n := counts[state]; n > 0 {
				each = append(each, fmt.Sprintf("%d %s", n, state))
			}
		}
		return strings.Join(each, ", ")
	}
	bad, rest := count("missing", "extra", "different", "stale", "written since"), count("ok", "as pushed", "unknown", "not given")
	head := "Nothing differs"
	switch {
	case differ > 0:
		head = fmt.Sprintf("%d of %d variables %s", differ, len(rows), pick(differ == 1, "differs", "differ"))
	case partly:
		head = "Nothing is known to differ"
	}
	sep := ": "
	for _, part := range []string{bad, rest} {
		if part != "" {
			head, sep = head+sep+part, "; "
		}
	}
	return head + "."
}
