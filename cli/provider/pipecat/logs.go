package pipecat

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"readme/cli/provider"
)

// LogQuery says which lines to read. Session and Deployment may be empty.
type LogQuery struct {
	Session    string
	Deployment string
	Since      time.Time
	Contains   string // a text, compared as it is
}

// Logs reads the bot's log, the oldest line first, at most 2,000 lines. Contains is compared here and not at the
// vendor, whose query language is undocumented and would read "bot()" as it likes.
func (c *Client) Logs(ctx context.Context, query LogQuery) ([]provider.LogLine, error) {
	q := url.Values{"limit": {strconv.Itoa(pageSize)}, "order": {"asc"}}
	for key, v := range map[string]string{"sessionId": query.Session, "deploymentId": query.Deployment} {
		if v != "" {
			q.Set(key, v)
		}
	}
	if !query.Since.IsZero() {
		q.Set("startTime", strconv.FormatInt(query.Since.Unix(), 10)) // whole seconds; the rest is cut below
	}
	var lines []provider.LogLine
	for page, offset := 0, 0; page < maxPages; page++ {
		q.Set("offset", strconv.Itoa(offset))
		answer, err := c.do(ctx, provider.Call{Op: "read the logs of " + c.agent, Method: http.MethodGet, Path: c.path("logs"), Query: q})
		if err != nil {
			return nil, err
		}
		var got struct {
			Total struct {
				Value    int    `json:"value"`
				Relation string `json:"relation"` // gte: there are more than value
			} `json:"total"`
			Logs []struct {
				Log        string    `json:"log"`
				At         time.Time `json:"timestamp"`
				Deployment string    `json:"deploymentId"`
			} `json:"logs"`
		}
		if err := answer.Into(&got); err != nil {
			return nil, fmt.Errorf("pipecat: read the logs of %s: %w", c.agent, err)
		}
		for _, l := range got.Logs {
			if !l.At.Before(query.Since) && strings.Contains(l.Log, query.Contains) {
				lines = append(lines, provider.LogLine{At: l.At, Deployment: l.Deployment, Severity: severity(l.Log), Text: l.Log})
			}
		}
		offset += len(got.Logs)
		if len(got.Logs) == 0 || offset >= got.Total.Value && got.Total.Relation != "gte" {
			break
		}
	}
	return lines, nil
}

// severity finds the level in a line of loguru ("… | ERROR    | …") or uvicorn ("INFO:     …").
func severity(line string) string {
	for _, level := range []string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"} {
		if strings.HasPrefix(line, level+":") || strings.Contains(line, "| "+level+" ") {
			switch level {
			case "WARNING":
				return "warn"
			case "CRITICAL":
				return "error"
			}
			return strings.ToLower(level)
		}
	}
	return ""
}
