package provider

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// attempts is what a Door remembers of one call while it is tried.
type attempts struct {
	repeat bool        // trying twice does no harm
	sent   atomic.Bool // the vendor may have got the last attempt
}

type attemptsKey struct{}

// watch marks an attempt as sent as soon as it has a connection: what fails before (a name that does not resolve, a
// port that refuses, TLS) has surely had no effect.
func (a *attempts) watch(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, attemptsKey{}, a)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { a.sent.Store(true) },
	})
}

// isPage reports whether a web page came with 200, as a proxy in front of a vendor sends it while nobody is behind it. We
// ask for JSON alone.
func isPage(resp *http.Response) bool {
	return resp.StatusCode == http.StatusOK && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
}

// checkRetry retries a call that may be repeated on network errors, 429, 5xx and web pages, and any other call on 429 alone:
// it was refused before it was carried out. A wait that is asked for and would outlast maxWait or the context's
// deadline is not begun: the vendor's refusal is the better answer then.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	at, ok := ctx.Value(attemptsKey{}).(*attempts)
	if !ok {
		return false, nil
	}
	if err != nil {
		return at.repeat && !errors.Is(err, errTooLarge), nil
	}
	refused := resp.StatusCode == http.StatusTooManyRequests
	if refused {
		at.sent.Store(false)
	}
	away := resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented || isPage(resp)
	again := refused || at.repeat && away
	wait := retryAfter(resp.Header)
	if end, ok := ctx.Deadline(); ok && wait >= time.Until(end) {
		again = false
	}
	return again && wait <= maxWait, nil
}

// backoff honours Retry-After, else waits 0.5 s, 1 s, 2 s, 4 s.
func backoff(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if after := retryAfter(resp.Header); after > 0 {
			return min(after, maxWait)
		}
	}
	return min(500*time.Millisecond<<attempt, maxWait)
}

// retryAfter reads the header in seconds or as a date; 0 when it is missing, past or no sense.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseInt(v, 10, 64); err == nil {
		const most = math.MaxInt64 / int64(time.Second)
		return time.Duration(min(max(s, 0), most)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
