package fault

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// The faults of the wire, which every emulator can play. Only is a part of the operation's name: "POST", "/start".
const (
	RateLimited    = "rate-limited"
	RateLimitPage  = "rate-limit-page"
	Unavailable    = "unavailable"
	TokenRevoked   = "token-revoked"
	Hangs          = "hangs"
	ConnectionCut  = "connection-cut"
	AnswerCut      = "answer-cut"
	BodyCut        = "body-cut"
	GatewayTimeout = "gateway-timeout"
	SlowBody       = "slow-body"
	NotJSON        = "not-json"
	HugeAnswer     = "huge-answer"
	QuotesToken    = "quotes-token"
)

// Wire lists the faults that Handler plays.
func Wire() []Kind {
	return []Kind{
		{Name: RateLimited, About: "too many requests, as JSON, with a time to wait", For: time.Second, Names: "operation"},
		{Name: RateLimitPage, About: "too many requests, as an HTML page of a proxy that says no time", Names: "operation"},
		{Name: Unavailable, About: "503 before anything was done", Names: "operation"},
		{Name: TokenRevoked, About: "401: the token was good a moment ago", Names: "operation"},
		{Name: Hangs, About: "no answer for a while, and nothing is done", For: 2 * time.Minute, Names: "operation"},
		{Name: ConnectionCut, About: "the connection is cut before anything was done", Names: "operation"},
		{Name: AnswerCut, About: "it is done, and the connection is cut instead of an answer", Names: "operation"},
		{Name: BodyCut, About: "it is done, and the answer breaks off in the middle", Names: "operation"},
		{Name: GatewayTimeout, About: "it is done, and the answer is 504 of a gateway", Names: "operation"},
		{Name: SlowBody, About: "the answer comes in small pieces over a while", For: 10 * time.Second, Names: "operation"},
		{Name: NotJSON, About: "200 with an HTML page, and nothing is done", Names: "operation"},
		{Name: HugeAnswer, About: "200 with more bytes than anybody wants to read, and nothing is done", Names: "operation"},
		{Name: QuotesToken, About: "400 that quotes the request with its token, and nothing is done", Names: "operation"},
	}
}

// Handler plays the faults of the wire in front of an emulator. Op names a request's operation; nil means
// "METHOD /path".
func (b *Board) Handler(next http.Handler, op func(*http.Request) string) http.Handler {
	if op == nil {
		op = func(r *http.Request) string { return r.Method + " " + r.URL.Path }
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := op(r)
		if f, hit := b.onWire(name); hit {
			play(f, w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (b *Board) onWire(op string) (Fault, bool) {
	op = strings.ToLower(op)
	return b.strike(func(f Fault) bool {
		return isWire(f.Name) && strings.Contains(op, strings.ToLower(f.Only))
	})
}

func isWire(name string) bool {
	for _, k := range Wire() {
		if k.Name == name {
			return true
		}
	}
	return false
}

const page = "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1><p>Ray ID: 0123456789abcdef</p></body></html>"

func play(f Fault, w http.ResponseWriter, r *http.Request, next http.Handler) {
	html := func(status int, title string) {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, page, title, title)
	}
	switch f.Name {
	case RateLimited:
		w.Header().Set("Retry-After", strconv.Itoa(int((f.For+time.Second-1)/time.Second)))
		refuse(w, http.StatusTooManyRequests, "rate_limited", "Rate limit exceeded. Please try again later")
	case RateLimitPage:
		html(http.StatusTooManyRequests, "Error 1015: you are being rate limited")
	case Unavailable:
		refuse(w, http.StatusServiceUnavailable, "unavailable", "Service temporarily unavailable")
	case TokenRevoked:
		refuse(w, http.StatusUnauthorized, "unauthorized", "Unauthorized / token expired")
	case Hangs:
		wait(r, f.For)
		panic(http.ErrAbortHandler)
	case ConnectionCut:
		panic(http.ErrAbortHandler)
	case AnswerCut:
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case GatewayTimeout:
		next.ServeHTTP(httptest.NewRecorder(), r)
		html(http.StatusGatewayTimeout, "504 Gateway Time-out")
	case BodyCut, SlowBody:
		done := httptest.NewRecorder()
		next.ServeHTTP(done, r)
		slowly(f, w, r, done)
	case NotJSON:
		html(http.StatusOK, "We are upgrading, back in a moment")
	case HugeAnswer:
		flood(w)
	case QuotesToken:
		token := r.Header.Get("Authorization") + r.Header.Get("Project-Access-Token") + r.Header.Get("Apikey")
		refuse(w, http.StatusBadRequest, "bad_request", fmt.Sprintf("%s %s with %s (%x) is malformed", r.Method, r.URL.Path, token, token))
	}
}

// refuse answers in a shape that every vendor's client reads a sentence from.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":{"code":%q,"message":%q},"message":%q}`, code, message, message) //nolint:gosec // JSON, and quoted
}

// slowly gives the recorded answer: all of it over a while, or half of it before the connection is cut.
func slowly(f Fault, w http.ResponseWriter, r *http.Request, done *httptest.ResponseRecorder) {
	const pieces = 10
	maps.Copy(w.Header(), done.Header())
	body := done.Body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(done.Code)
	flush := http.NewResponseController(w)
	if f.Name == BodyCut {
		_, _ = w.Write(body[:len(body)/2])
		_ = flush.Flush()
		panic(http.ErrAbortHandler)
	}
	for i := range pieces {
		wait(r, f.For/pieces)
		_, _ = w.Write(body[i*len(body)/pieces : (i+1)*len(body)/pieces])
		_ = flush.Flush()
	}
}

func flood(w http.ResponseWriter) {
	const megabytes = 12
	w.Header().Set("Content-Type", "application/json")
	piece := []byte(strings.Repeat(" ", 1<<20))
	for range megabytes {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

func wait(r *http.Request, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}
