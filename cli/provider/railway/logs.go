package railway

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"readme/cli/provider"
)

// logLimit is how many lines one read asks for; Railway's own default is 100, its maximum 5,000.
const logLimit = 500

// Logs are the deployment's last 500 lines since then (the zero time: as far back as Railway keeps) that contain a
// text, whatever its case, in the message or in a value of their attributes; "" is in every line. Railway searches the
// messages alone, so search for a text of the message.
func (c *Client) Logs(ctx context.Context, deployment string, since time.Time, contains string) ([]provider.LogLine, error) {
	vars := map[string]any{"id": deployment, "limit": logLimit}
	if !since.IsZero() {
		vars["startDate"] = since.UTC().Format(time.RFC3339Nano)
	}
	if f := phrase(contains); f != "" {
		vars["filter"] = f
	}
	lines, err := c.readLogs(ctx, request{op: "read the logs of deployment " + deployment, document: logsQuery, vars: vars}, deployment)
	if err != nil {
		return nil, err
	}
	found := lines[:0]
	for _, l := range lines {
		if has(l, contains) {
			found = append(found, l)
		}
	}
	return found, nil
}

// BuildLogs are the last 500 lines of the deployment's build.
func (c *Client) BuildLogs(ctx context.Context, deployment string) ([]provider.LogLine, error) {
	vars := map[string]any{"id": deployment, "limit": logLimit}
	return c.readLogs(ctx, request{op: "read the build logs of deployment " + deployment, document: buildLogsQuery, vars: vars}, deployment)
}

func (c *Client) readLogs(ctx context.Context, r request, deployment string) ([]provider.LogLine, error) {
	var a struct {
		Logs []wireLog `json:"logs"`
	}
	if err := c.in(ctx, r, &a); err != nil {
		return nil, err
	}
	// The server gives one more than it was asked for, and the first is the one too many.
	if len(a.Logs) > logLimit {
		a.Logs = a.Logs[len(a.Logs)-logLimit:]
	}
	lines := make([]provider.LogLine, len(a.Logs))
	for i, l := range a.Logs {
		lines[i] = l.line()
		if lines[i].Deployment == "" {
			lines[i].Deployment = deployment
		}
	}
	return lines, nil
}

func (l wireLog) line() provider.LogLine {
	at, _ := time.Parse(time.RFC3339Nano, l.Timestamp) // a time that cannot be read is unknown, the line is not
	out := provider.LogLine{At: at, Deployment: l.Tags.DeploymentID, Severity: severity(l.Severity), Text: l.Message}
	for _, kv := range l.Attributes {
		if out.Attributes == nil {
			out.Attributes = map[string]string{}
		}
		var text string
		if json.Unmarshal([]byte(kv.Value), &text) != nil {
			text = kv.Value
		}
		out.Attributes[kv.Key] = text
	}
	return out
}

// severity puts right the spelling: the schema's text says "err".
func severity(s string) string {
	switch s = strings.ToLower(s); s {
	case "err":
		return "error"
	case "warning":
		return "warn"
	}
	return s
}

// phrase quotes a text for Railway's filter, where an unquoted word that ends in a colon names a field. A quote cannot
// be escaped there, so the longest piece without one is searched for, and has sees to the rest.
func phrase(s string) string {
	longest := ""
	for piece := range strings.SplitSeq(s, `"`) {
		if len(piece) > len(longest) {
			longest = piece
		}
	}
	if strings.TrimSpace(longest) == "" {
		return ""
	}
	return `"` + longest + `"`
}

func has(l provider.LogLine, text string) bool {
	text = strings.ToLower(text)
	if strings.Contains(strings.ToLower(l.Text), text) {
		return true
	}
	for _, v := range l.Attributes {
		if strings.Contains(strings.ToLower(v), text) {
			return true
		}
	}
	return false
}
