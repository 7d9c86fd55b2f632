// Package notify tells people how a run ended, by one message to a webhook. What is said is a pure function of the run's
// State; sending it is one POST through the door of all vendors, and its failure is nobody's but its own.
package notify

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"readme/cli/release"
)

// Kind is what a message is about. An environment may ask for some of them only.
type Kind string

// The kinds, as release.yaml names them.
const (
	BreakGlass Kind = "break_glass" // somebody goes past the gates; told before anything moves
	Released   Kind = "released"
	Failed     Kind = "failed"      // not released, or not rolled back as it was wanted
	RolledBack Kind = "rolled_back" // a failed release was put back, or a person went back
	Paused     Kind = "paused"      // cut off, and somebody has to resume it
	Drifted    Kind = "drift"       // what is live is not what was released
)

// Message is what people are told, in one line each.
type Message struct {
	Kind   Kind
	Title  string   // the whole in one sentence
	Lines  []string // what else there is to know
	Link   string   // the page of the CI run, "" for none
	Next   string   // one command to type, "" for none
	Urgent bool     // a person is needed now
}

// The limits of a message. Slack shows 4,000 characters as one message, and ntfy makes a file of what is longer than
// 4,096 bytes.
const (
	maxLine = 300  // runes
	maxText = 3000 // bytes, of all the lines
)

// add adds a line of foreign text, cut to what a chat can show.
func (m *Message) add(format string, args ...any) {
	m.Lines = append(m.Lines, cut(fmt.Sprintf(format, args...)))
}

// Masked is the message with every text of it put through hide.
func (m Message) Masked(hide func(string) string) Message {
	m.Title, m.Next, m.Link = hide(m.Title), hide(m.Next), link(hide(m.Link))
	lines := make([]string, len(m.Lines))
	for i, l := range m.Lines {
		lines[i] = hide(l)
	}
	m.Lines = lines
	return m
}

// cut makes a text one line that is safe to show, and not too long.
func cut(text string) string {
	text = strings.Join(strings.Fields(release.Printable(strings.ReplaceAll(text, "\n", " "))), " ")
	if utf8.RuneCountInString(text) > maxLine {
		text = string([]rune(text)[:maxLine-1]) + "…"
	}
	return text
}

// body joins as many of the lines as there is room for. Each comes to it as it will be sent: escaped, if need be.
func body(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if b.Len()+len(line) > maxText {
			fmt.Fprintf(&b, "… and %d more lines", len(lines)-i)
			break
		}
		b.WriteString(line)
		if i < len(lines)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// link keeps a link only if it is one that a person can open.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || len(address) > maxLine {
		return ""
	}
	return u.String()
}
