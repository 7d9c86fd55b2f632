package vercel

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"readme/cli/provider"
)

// BuildLogs gives what a deployment's build has written so far, in order.
func (c *Client) BuildLogs(ctx context.Context, id string) ([]provider.LogLine, error) {
	var events []*wireEvent
	err := c.send(ctx, provider.Call{
		Op: "read the build log", Method: http.MethodGet, Path: "/v3/deployments/" + url.PathEscape(id) + "/events",
		Query: url.Values{"direction": {"forward"}, "limit": {"-1"}, "builds": {"1"}},
	}, &events)
	if err != nil {
		return nil, err
	}
	var lines []provider.LogLine
	seen := map[string]bool{}
	for _, e := range events {
		if e == nil { // Vercel's lists have holes
			continue
		}
		l := e.line(id)
		key := either(e.ID, e.nested().ID)
		if l.Text == "" || seen[key] {
			continue
		}
		seen[key] = key != ""
		lines = append(lines, l)
	}
	return lines, nil
}

func (e *wireEvent) nested() *wireEvent {
	if e.Payload != nil {
		return e.Payload
	}
	return &wireEvent{}
}

// line reads the flat shape of an event, or the older one that nests it. An event without words gives no text.
func (e *wireEvent) line(id string) provider.LogLine {
	in := e.nested()
	at := max(e.Date, e.Created, in.Date, in.Created)
	l := provider.LogLine{At: time.UnixMilli(at), Deployment: id, Text: strings.TrimRight(either(e.Text, in.Text), "\r\n")}
	switch either(e.Level, in.Level) {
	case "error":
		l.Severity = "error"
	case "warning":
		l.Severity = "warn"
	}
	if e.Type == "fatal" {
		l.Severity = "error"
	}
	return l
}
