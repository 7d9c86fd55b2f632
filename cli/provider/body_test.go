package provider_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"readme/cli/provider"
)

// counted counts the bodies that are open.
type counted struct {
	http.RoundTripper
	open *atomic.Int32
}

func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(r)
	if err == nil {
		c.open.Add(1)
		resp.Body = &body{ReadCloser: resp.Body, open: c.open}
	}
	return resp, err
}

type body struct {
	io.ReadCloser
	open   *atomic.Int32
	closed bool
}

func (b *body) Close() error {
	if !b.closed {
		b.closed = true
		b.open.Add(-1)
	}
	return b.ReadCloser.Close()
}

func TestDoor_closesEveryAnswer(t *testing.T) {
	for name, step := range map[string]http.HandlerFunc{
		"a good one":              answer(200, `{}`),
		"a refusal":               answer(404, `{}`),
		"the last of many":        answer(503, `{}`),
		"one that breaks off":     breakOff,
		"one that is too large":   answer(200, strings.Repeat("x", 8<<20+1)),
		"one that asks to wait":   answer(429, `{}`, "Retry-After", "3600"),
		"one that leads on":       answer(302, ``, "Location", "/elsewhere"),
		"one without any content": answer(204, ``),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var open atomic.Int32
				d := door(t, newScript(step), func(o *provider.Options) { o.Transport = counted{o.Transport, &open} })
				_, _ = d.Do(t.Context(), get("/"))
				if n := open.Load(); n != 0 {
					t.Errorf("%d answers are still open", n)
				}
			})
		})
	}
}
