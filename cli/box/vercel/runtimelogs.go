package vercel

import (
	"encoding/json"
	"net/http"
	"time"
)

// A stream of what a deployment writes while it runs: it shows nothing of before, and does not stay open for long.
const (
	streamTime   = 5 * time.Minute
	streamBuffer = 256
)

// runtimeLogs streams what a deployment's process writes from now on, one JSON object a line.
func (e *Emulator) runtimeLogs(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	p, err := e.projectOf(r, r.PathValue("project"))
	id := r.PathValue("id")
	if err == nil {
		if d := e.deployment(id); d == nil || d.Project != p.ID {
			err = notFound("Deployment")
		}
	}
	run := e.runners[id]
	e.mu.Unlock()
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/stream+json")
	w.WriteHeader(http.StatusOK)
	enc, flush := json.NewEncoder(w), http.NewResponseController(w)
	_ = flush.Flush()
	var lines chan logLine
	if run != nil {
		lines = run.listen()
		defer run.deafen(lines)
	}
	end := time.NewTimer(streamTime)
	defer end.Stop()
	for {
		select {
		case l := <-lines:
			if enc.Encode(viewRuntime(l)) != nil {
				return
			}
			_ = flush.Flush()
		case <-end.C:
			return
		case <-r.Context().Done():
			return
		case <-e.ctx.Done():
			return
		}
	}
}

func viewRuntime(l logLine) map[string]any {
	level := "info"
	if l.Type == "stderr" {
		level = "error"
	}
	return map[string]any{
		"rowId": l.ID, "timestampInMs": l.Date, "level": level, "message": l.Text, "messageTruncated": false, "source": "serverless",
		"domain": "", "requestMethod": "", "requestPath": "", "responseStatusCode": 0,
	}
}

// listen gives the lines that come from now on; who is too slow misses some.
func (r *runner) listen() chan logLine {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := make(chan logLine, streamBuffer)
	if r.ears == nil {
		r.ears = map[chan logLine]bool{}
	}
	r.ears[c] = true
	return c
}

func (r *runner) deafen(c chan logLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.ears, c)
}

// tell hands a line to those who listen. The caller holds the runner's lock.
func (r *runner) tell(stream, line string) {
	for c := range r.ears {
		select {
		case c <- logLine{ID: id("row_"), Type: stream, Text: line[:min(len(line), maxLine)], Date: time.Now().UnixMilli()}:
		default:
		}
	}
}
