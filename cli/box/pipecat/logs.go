package pipecat

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func (e *Emulator) logs(r *http.Request, now time.Time) answer {
	a := e.state.Agents[r.PathValue("agent")]
	if a == nil {
		return notFound("Not found")
	}
	q := params{values: r.URL.Query()}
	from, to := q.seconds("startTime"), q.seconds("endTime")
	if q.bad != "" {
		return badRequest("Invalid timestamp format")
	}
	limit, offset, order := q.number("limit", 10), q.number("offset", 0), q.word("order", "desc", "asc")
	if q.bad != "" {
		return badRequest("Invalid parameters")
	}
	if f, late := e.board.Is(FaultLogsLate, a.Name); late {
		now = now.Add(-f.For)
	}
	list := []map[string]any{}
	for _, l := range a.Logs {
		switch {
		case l.At.After(now), !from.IsZero() && l.At.Before(from), !to.IsZero() && l.At.After(to),
			!strings.Contains(strings.ToLower(l.Text), strings.ToLower(q.get("query"))):
		case q.get("deploymentId") != "" && q.get("deploymentId") != l.Deployment, q.get("sessionId") != "" && q.get("sessionId") != l.Session:
		default:
			list = append(list, map[string]any{"log": l.Text, "timestamp": l.At.UTC().Format(time.RFC3339Nano), "deploymentId": l.Deployment})
		}
	}
	if order == "desc" {
		slices.Reverse(list)
	}
	return ok(map[string]any{"total": map[string]any{"value": len(list), "relation": "eq"}, "logs": page(list, limit, offset)})
}
