package railway

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// keptHits is how many requests are kept of each deployment. They are not written down: a restart forgets them.
const keptHits = 500

// hit is one request that came through the edge.
type hit struct {
	at                         time.Time
	id, method, path, host     string
	client, address, upstream  string
	status, sent, milliseconds int
}

// count watches what is answered.
type count struct {
	http.ResponseWriter
	status, bytes int
}

func (c *count) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *count) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(p)
	c.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (c *count) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// logged serves a request and keeps what became of it, under the deployment that was live.
func (e *Emulator) logged(w http.ResponseWriter, r *http.Request, deployment, upstream string, serve http.Handler) {
	begun, c := time.Now(), &count{ResponseWriter: w}
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.w.deployment(deployment) == nil {
			return
		}
		e.hits[deployment] = append(e.hits[deployment], hit{
			at: begun, id: uuid.NewString(), method: r.Method, path: r.URL.Path, host: r.Host, client: r.UserAgent(), address: r.RemoteAddr,
			upstream: upstream, status: c.status, sent: c.bytes, milliseconds: int(time.Since(begun).Milliseconds()),
		})
		list := e.hits[deployment]
		e.hits[deployment] = list[max(0, len(list)-keptHits):]
	}()
	serve.ServeHTTP(c, r)
}

// queryHits reads the requests of a deployment, in the window and with the filter of the other logs.
func (e *Emulator) queryHits(c *call, d *deployment) (any, error) {
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	matches := parseFilter(text(c.args, "filter"))
	var all []hit
	for _, h := range e.hits[d.ID] {
		if matches(h.line()) {
			all = append(all, h)
		}
	}
	list := []object{}
	for _, h := range cut(w, all, func(h hit) time.Time { return h.at }) {
		list = append(list, h.view(d))
	}
	return list, nil
}

// line is the hit as a filter sees it.
func (h hit) line() logLine {
	l := logLine{At: h.at, Message: h.method + " " + h.path}
	for name, v := range map[string]string{"requestId": h.id, "method": h.method, "path": h.path, "host": h.host, "clientUa": h.client, "srcIp": h.address} {
		raw, _ := json.Marshal(v) // a string can be written
		l.Attributes = append(l.Attributes, attribute{name, string(raw)})
	}
	for name, n := range map[string]int{"httpStatus": h.status, "totalDuration": h.milliseconds, "txBytes": h.sent} {
		l.Attributes = append(l.Attributes, attribute{name, strconv.Itoa(n)})
	}
	return l
}

func (h hit) view(d *deployment) object {
	return object{
		"timestamp": h.at.UTC().Format(time.RFC3339Nano), "requestId": h.id, "deploymentId": d.ID, "deploymentInstanceId": d.InstID,
		"method": h.method, "path": h.path, "host": h.host, "httpStatus": h.status, "totalDuration": h.milliseconds,
		"upstreamRqDuration": h.milliseconds, "clientUa": h.client, "srcIp": h.address, "edgeRegion": "box", "txBytes": h.sent, "rxBytes": 0,
		"upstreamAddress": h.upstream, "upstreamProto": "HTTP/1.1", "downstreamProto": "HTTP/1.1", "upstreamErrors": "", "responseDetails": "",
	}
}
