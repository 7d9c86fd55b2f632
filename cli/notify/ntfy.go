package notify

import (
	"strings"
)

// ntfyBody is a message as ntfy takes it in JSON, at the address of the server (https://docs.ntfy.sh/publish, "Publish as
// JSON"). Header lines would have to be ASCII.
type ntfyBody struct {
	Topic    string   `json:"topic"`
	Title    string   `json:"title"`
	Message  string   `json:"message"`
	Tags     []string `json:"tags,omitempty"`     // names of emojis
	Priority int      `json:"priority,omitempty"` // 1 to 5; 3 is the usual one
	Click    string   `json:"click,omitempty"`
}

func ntfyJSON(m Message, topic string) ntfyBody {
	lines := []string{body(m.Lines)}
	if m.Next != "" {
		lines = append(lines, "next: "+m.Next)
	}
	b := ntfyBody{Topic: topic, Title: m.Title, Message: strings.Join(lines, "\n"), Priority: 3, Click: m.Link}
	switch m.Kind {
	case Released:
		b.Tags = []string{"white_check_mark"}
	case BreakGlass, Paused, Drifted:
		b.Tags = []string{"warning"}
	case Failed, RolledBack:
		b.Tags, b.Priority = []string{"x"}, 4
	}
	if m.Urgent {
		b.Priority = 5
	}
	return b
}
