package notify

import (
	"regexp"
	"strings"
)

// slackBody is what a webhook of Slack takes, and those of others that speak the same: one text.
type slackBody struct {
	Text string `json:"text"`
}

func slackJSON(m Message) slackBody {
	lines := []string{m.sign() + " *" + escape(m.Title) + "*"}
	for _, line := range m.Lines {
		lines = append(lines, escape(line))
	}
	// The last two matter more than the rest of the lines, and come before them where there is little room.
	var last []string
	if m.Next != "" {
		last = append(last, "next: `"+strings.ReplaceAll(escape(m.Next), "`", "'")+"`")
	}
	if m.Link != "" {
		last = append(last, "<"+strings.ReplaceAll(escape(m.Link), "|", "%7C")+"|the CI run>")
	}
	return slackBody{strings.Join(append([]string{body(lines)}, last...), "\n")}
}

// escape makes text what it is: Slack reads <, > and & as markup, by which a message could call everybody or hide where
// a link leads. Mattermost calls everybody by a plain @all.
func escape(text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	return everybody.ReplaceAllString(text, "@\u200b$1")
}

var everybody = regexp.MustCompile(`(?i)@(all|channel|here|everyone|group)\b`)

// sign lets a person see from afar how it went.
func (m Message) sign() string {
	switch m.Kind {
	case Released:
		return "✔"
	case BreakGlass, Paused, Drifted:
		return "⚠"
	case Failed, RolledBack:
	}
	return "✘"
}
