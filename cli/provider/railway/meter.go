package railway

import (
	"maps"
	"net/http"
	"strings"
	"sync"
)

// Usage is what a client has asked of Railway so far, and what Railway says of its limits.
type Usage struct {
	Requests int               // sent, tries again included
	Limits   map[string]string // Railway's own headers about limits, as they last came; it promises none of them
}

// meter counts what goes through a transport: Railway does not reliably tell how much of an hour's budget is left.
type meter struct {
	next http.RoundTripper

	mu    sync.Mutex
	usage Usage
}

func newMeter(next http.RoundTripper) *meter {
	if next == nil {
		next = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &meter{next: next, usage: Usage{Limits: map[string]string{}}}
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.usage.Requests++
	m.mu.Unlock()
	resp, err := m.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, values := range resp.Header {
		if strings.HasPrefix(strings.ToLower(strings.TrimPrefix(name, "X-")), "ratelimit") && len(values) > 0 {
			m.usage.Limits[name] = values[0]
		}
	}
	return resp, nil
}

// CloseIdleConnections lets go of them; http.Client looks for this method.
func (m *meter) CloseIdleConnections() {
	if c, ok := m.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Usage tells how many requests this client has sent.
func (c *Client) Usage() Usage {
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	u := c.meter.usage
	u.Limits = maps.Clone(u.Limits)
	return u
}
