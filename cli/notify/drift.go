package notify

import "fmt"

// Differences are what drift has found in an environment.
type Differences struct {
	Project string
	Where   string   // the environment, as Plan.Where gives it
	Found   []string // one line each, the oldest first
	Overdue int      // how many of them are older than they may be
	CI      string   // the page of the CI run, "" for none
	Next    string   // the command that shows them, or mends them
}

// Drift is the message about an environment that is not as it was released. There is none where nothing was found.
func Drift(d Differences) (Message, bool) {
	if len(d.Found) == 0 {
		return Message{}, false
	}
	noun := "differences"
	if len(d.Found) == 1 {
		noun = "difference"
	}
	m := Message{
		Kind: Drifted, Urgent: d.Overdue > 0, Link: link(d.CI), Next: cut(d.Next),
		Title: cut(fmt.Sprintf("%s in %s has drifted: %d %s", d.Project, d.Where, len(d.Found), noun)),
	}
	if d.Overdue > 0 {
		m.Title = cut(fmt.Sprintf("%s, %d overdue", m.Title, d.Overdue))
	}
	for _, line := range d.Found {
		m.add("%s", line)
	}
	return m, true
}
