package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"readme/cli/release"
)

// Error is a call that did not succeed. It holds no credential and no query of an address.
type Error struct {
	Vendor    string
	Op        string
	Status    int // HTTP status; 0 when no answer came
	RequestID string
	Message   string // the vendor's own words, cut to 500 characters
	Body      []byte // the raw answer, for clients that look closer; never shown
	Ambiguous bool   // it was sent once, and may have been carried out: read the state back before anything else
	cause     error
}

// Error gives vendor, operation, status and the vendor's words.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Vendor + ": " + e.Op + ": ")
	if e.Status != 0 {
		fmt.Fprintf(&b, "HTTP %d: ", e.Status)
	}
	b.WriteString(e.Message)
	return b.String()
}

// Unwrap gives the transport's error, if there was one.
func (e *Error) Unwrap() error { return e.cause }

// Evidence is the error for a Fault.
func (e *Error) Evidence() release.Evidence {
	lines := []string{e.Message}
	if e.Status != 0 {
		lines = append(lines, fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status)))
	}
	if e.RequestID != "" {
		lines = append(lines, "request id "+e.RequestID)
	}
	return release.Evidence{Label: e.Vendor + ", " + e.Op, Lines: lines}
}

// NotFound reports whether err is a vendor's 404.
func NotFound(err error) bool { return StatusOf(err) == http.StatusNotFound }

// StatusOf gives the HTTP status of a vendor's refusal, or 0.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// Ambiguous reports whether err leaves it open if the call was carried out.
func Ambiguous(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Ambiguous
}

func requestID(h http.Header) string {
	for _, k := range []string{"X-Vercel-Id", "X-Railway-Request-Id", "X-Request-Id", "Sb-Request-Id", "Cf-Ray"} {
		if v := h.Get(k); v != "" {
			return v
		}
	}
	return ""
}

// message finds the vendor's words in the shapes that they use: {"error": "…"}, {"error": {"message"}}, {"message"},
// {"err": …}; an HTML page, as a proxy in front of a vendor sends it, is named as such.
func message(h http.Header, body []byte) string {
	if strings.Contains(h.Get("Content-Type"), "text/html") {
		return "an HTML page instead of JSON (a proxy in front of the vendor answered)"
	}
	var shape struct {
		Error   json.RawMessage `json:"error"`
		Err     json.RawMessage `json:"err"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(body, &shape) != nil {
		return clip(strings.TrimSpace(string(body)))
	}
	for _, raw := range []json.RawMessage{shape.Error, shape.Err} {
		var inner struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}
		if json.Unmarshal(raw, &inner) == nil && inner.Message != "" {
			return clip(inner.Message)
		}
	}
	if shape.Message != "" {
		return clip(shape.Message)
	}
	var text string
	if json.Unmarshal(shape.Error, &text) == nil && text != "" {
		return clip(text)
	}
	return clip(strings.TrimSpace(string(body)))
}

func clip(s string) string {
	const most = 500
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
