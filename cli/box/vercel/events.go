package vercel

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// events gives a build's log: as an array, or with follow=1 or format=lines as lines, until the build is over.
func (e *Emulator) events(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	d, _, err := e.deploymentOf(r, r.PathValue("id"))
	var id string
	if err == nil {
		id = d.ID
	}
	e.mu.Unlock()
	if err != nil {
		fail(w, err)
		return
	}
	q := r.URL.Query()
	if q.Get("follow") == "1" || q.Get("format") == "lines" {
		e.follow(w, r, id)
		return
	}
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	all := []any{}
	for _, l := range e.log(id).since(0) {
		if l.Date > since {
			all = append(all, viewEvent(id, l))
		}
	}
	if q.Get("direction") == "backward" {
		slices.Reverse(all)
	}
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n >= 0 && n < len(all) {
		all = all[:n]
	}
	answer(w, http.StatusOK, all)
}

func (e *Emulator) follow(w http.ResponseWriter, r *http.Request, id string) {
	w.Header().Set("Content-Type", "application/stream+json")
	enc, flush := json.NewEncoder(w), http.NewResponseController(w)
	log := e.log(id)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	follows := r.URL.Query().Get("follow") == "1"
	for sent := 0; ; {
		now, p := e.peek(id)
		lines := log.since(sent)
		sent += len(lines)
		for _, l := range lines {
			if enc.Encode(viewEvent(id, l)) != nil {
				return
			}
		}
		if follows && now.Assigned != 0 {
			_ = enc.Encode(map[string]any{
				"type": "alias-assigned", "deploymentId": id, "date": now.Assigned, "alias": p.aliases(&now), "aliasError": nil, "aliasWarning": nil,
			})
		}
		_ = flush.Flush()
		if !follows {
			return
		}
		if now.ID == "" || now.over() {
			linger(r.Context(), e.ctx)
			return
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-e.ctx.Done():
			return
		}
	}
}

// linger keeps a stream open for a moment after its last line, or until the reader has gone. The CLI hangs up when it
// has read the line that it waits for; where the stream has ended by then, it ends itself with exit code 0 in the
// middle of its work.
func linger(reader, emulator context.Context) {
	t := time.NewTimer(2 * time.Second)
	defer t.Stop()
	select {
	case <-t.C:
	case <-reader.Done():
	case <-emulator.Done():
	}
}

func viewEvent(deployment string, l logLine) map[string]any {
	v := map[string]any{
		"type": l.Type, "created": l.Date, "date": l.Date, "deploymentId": deployment, "id": l.ID, "serial": l.ID, "text": l.Text,
		"info": map[string]any{"type": "build", "name": "bld_" + deployment},
	}
	if l.Level != "" {
		v["level"] = l.Level
	}
	return v
}
