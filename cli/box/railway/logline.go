package railway

import (
	"encoding/json"
	"slices"
	"strings"
)

// parseLine reads a line as Railway does: a JSON object is taken apart, everything else is a message, which is an
// error when it was written to stderr.
func parseLine(stream, text string) logLine {
	l := logLine{Message: text, Severity: "info"}
	if stream == "stderr" {
		l.Severity = "error"
	}
	var fields map[string]json.RawMessage
	if !strings.HasPrefix(strings.TrimSpace(text), "{") || json.Unmarshal([]byte(text), &fields) != nil {
		return l
	}
	for _, key := range []string{"message", "msg"} {
		var message string
		if json.Unmarshal(fields[key], &message) == nil {
			l.Message = message
			delete(fields, key)
			break
		}
	}
	var level string
	if json.Unmarshal(fields["level"], &level) == nil {
		l.Severity = normalLevel(level, l.Severity)
	}
	for key, value := range fields {
		l.Attributes = append(l.Attributes, attribute{Key: key, Value: string(value)})
	}
	slices.SortFunc(l.Attributes, func(a, b attribute) int { return strings.Compare(a.Key, b.Key) })
	return l
}

// normalLevel brings the spellings of a level to debug, info, warn and error.
func normalLevel(level, otherwise string) string {
	switch strings.ToLower(level) {
	case "trace", "debug":
		return "debug"
	case "info", "notice":
		return "info"
	case "warn", "warning":
		return "warn"
	case "err", "error", "fatal", "panic", "critical":
		return "error"
	}
	return otherwise
}

// attribute finds an attribute's text: a JSON string without its quotes, anything else as it is.
func (l logLine) attribute(key string) (string, bool) {
	for name, own := range map[string]string{"level": l.Severity, "service": l.service, "deployment": l.deployment, "replica": l.replica} {
		if key == name && own != "" {
			return own, true
		}
	}
	for _, a := range l.Attributes {
		if a.Key != key {
			continue
		}
		var text string
		if json.Unmarshal([]byte(a.Value), &text) != nil {
			text = a.Value
		}
		return text, true
	}
	return "", false
}
