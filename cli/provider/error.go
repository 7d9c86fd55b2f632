package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

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
	Absent    bool   // the vendor says in words that it does not exist, with another status than 404
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

// NotFound reports whether err is a vendor's 404, or its words for it.
func NotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == http.StatusNotFound || e.Absent)
}

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
// {"err": …}, {"errors": [{"message"}]}, {"detail": "…"}; an HTML page, as a proxy in front of a vendor sends it, is
// named as such.
func message(resp *http.Response, body []byte, h hidden) string {
	text := strings.TrimSpace(string(body))
	found := words(body)
	switch {
	case strings.Contains(resp.Header.Get("Content-Type"), "text/html") || strings.HasPrefix(text, "<"):
		found = "an HTML page instead of JSON (a proxy in front of the vendor answered)"
	case found != "":
	case text != "":
		found = text
	case resp.StatusCode < 400:
		found = "a redirect, which is not followed"
	default:
		found = "not a word from the vendor"
	}
	found = plain(h.strike(found))
	if wait := retryAfter(resp.Header); wait > 0 {
		found += fmt.Sprintf(" (it asks to wait %s)", wait.Round(time.Second))
	}
	return found
}

func words(body []byte) string {
	type said struct {
		Message string `json:"message"`
	}
	var shape struct {
		Error   json.RawMessage `json:"error"`
		Err     json.RawMessage `json:"err"`
		Message json.RawMessage `json:"message"`
		Errors  json.RawMessage `json:"errors"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &shape) != nil {
		return ""
	}
	for _, raw := range []json.RawMessage{shape.Error, shape.Err} {
		var inner said
		if json.Unmarshal(raw, &inner) == nil && inner.Message != "" {
			return inner.Message
		}
	}
	for _, raw := range []json.RawMessage{shape.Message, shape.Error, shape.Detail} {
		var text string
		if json.Unmarshal(raw, &text) == nil && text != "" {
			return text
		}
	}
	var list []said
	if json.Unmarshal(shape.Errors, &list) == nil && len(list) > 0 {
		return list[0].Message
	}
	return ""
}

// plain makes foreign words fit for one line of a terminal: no line breaks, no escape sequences, 500 characters.
func plain(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	const most = 500
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// hidden are the values that must not come back in an error: what we sent to be let in, and what the caller named.
type hidden []string

func hide(credentials http.Header, secrets []release.Secret) hidden {
	var h hidden
	add := func(v string) {
		if len(v) >= 6 { // shorter ones are no secrets, and striking them out would maim the text
			h = append(h, v)
		}
	}
	for _, vs := range credentials {
		for _, v := range vs {
			add(v)
			if _, token, ok := strings.Cut(v, " "); ok {
				add(token)
			}
		}
	}
	for _, s := range secrets {
		add(s.Reveal())
	}
	// The longest first: one value may be part of another.
	slices.SortFunc(h, func(a, b string) int { return len(b) - len(a) })
	return h
}

func (h hidden) strike(s string) string {
	for _, v := range h {
		s = strings.ReplaceAll(s, v, "•••")
	}
	return s
}
