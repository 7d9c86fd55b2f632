package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// The door's limits. A vendor that answers more, or asks to wait longer, gets an error instead.
const (
	maxAnswer   = 8 << 20
	maxWait     = 2 * time.Minute
	readRetries = 4
)

// Door is the one way out to a vendor over HTTP: it sets the credentials, bounds time and size, retries what may be
// retried, and turns every failure into an *Error that holds no secret. It is safe for several goroutines.
type Door struct {
	vendor string
	base   *url.URL
	header func(http.Header)
	client *retryablehttp.Client
}

// Options make a Door.
type Options struct {
	Vendor    string            // its name in errors: "railway"
	Base      string            // such as "https://api.vercel.com"; a call's path is appended
	Header    func(http.Header) // sets the credentials of each call; nil for none
	Timeout   time.Duration     // of one attempt, answer's body included; 0 means 60 s
	Transport http.RoundTripper // nil means http.DefaultTransport's clone; tests pass an in-memory one
}

// NewDoor makes a door. Base must be an absolute http or https address without a query.
func NewDoor(o Options) (*Door, error) {
	base, err := url.Parse(o.Base)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("%s: %q is no http(s) address", o.Vendor, o.Base)
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.RetryMax = readRetries
	c.HTTPClient = &http.Client{
		Transport: o.Transport,
		Timeout:   o.Timeout,
		// A redirect would carry our credentials to another host, and no vendor's API needs one.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.CheckRetry = checkRetry
	c.Backoff = backoff
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &Door{vendor: o.Vendor, base: base, header: o.Header, client: c}, nil
}

// Close lets go of the idle connections.
func (d *Door) Close() { d.client.HTTPClient.CloseIdleConnections() }

// Call is one request through a Door.
type Call struct {
	Op     string // in our words, for errors: "read the deployment"
	Method string
	Path   string // begins with a slash, escaped by the caller where it holds foreign text
	Query  url.Values
	Header http.Header
	JSON   any    // encoded as the body; or
	Raw    []byte // the body as it is; or
	Open   func() (io.ReadCloser, error)
	Size   int64 // of what Open gives; always sent as Content-Length

	// Repeat says that sending the call twice does no harm, so that it may be retried on 429, 5xx and network
	// errors. GET, HEAD, PUT and DELETE repeat without it. Anything else is sent once.
	Repeat bool
}

// Answer is a vendor's answer with a status below 400.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Into decodes the answer's JSON.
func (a Answer) Into(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("the answer is no JSON that we know: %w", err)
	}
	return nil
}

type repeatKey struct{}

// Do sends the call and reads the whole answer. Its error is always an *Error, or the context's.
func (d *Door) Do(ctx context.Context, c Call) (Answer, error) {
	req, err := d.request(ctx, c)
	if err != nil {
		return Answer{}, &Error{Vendor: d.vendor, Op: c.Op, Message: err.Error()}
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return Answer{}, d.failed(ctx, c, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return Answer{}, d.failed(ctx, c, err)
	}
	if len(body) > maxAnswer {
		return Answer{}, &Error{Vendor: d.vendor, Op: c.Op, Status: resp.StatusCode, Message: "the answer is larger than 8 MiB"}
	}
	if resp.StatusCode >= 300 {
		return Answer{}, &Error{
			Vendor: d.vendor, Op: c.Op, Status: resp.StatusCode,
			RequestID: requestID(resp.Header), Message: message(resp.Header, body), Body: body,
			Ambiguous: resp.StatusCode >= 500 && !repeats(c),
		}
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

func (d *Door) request(ctx context.Context, c Call) (*retryablehttp.Request, error) {
	u := *d.base
	u.Path, u.RawPath = "", ""
	address := u.String() + strings.TrimSuffix(d.base.EscapedPath(), "/") + c.Path
	if len(c.Query) > 0 {
		address += "?" + c.Query.Encode()
	}
	var body any
	switch {
	case c.JSON != nil:
		b, err := json.Marshal(c.JSON)
		if err != nil {
			return nil, err
		}
		body = b
	case c.Raw != nil:
		body = c.Raw
	case c.Open != nil:
		body = retryablehttp.ReaderFunc(func() (io.Reader, error) { return c.Open() })
	}
	req, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, repeatKey{}, repeats(c)), c.Method, address, body)
	if err != nil {
		return nil, errors.New("the address cannot be built")
	}
	if c.Open != nil {
		req.ContentLength = c.Size
	}
	if c.JSON != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "readme-ops/1")
	maps.Copy(req.Header, c.Header)
	if d.header != nil {
		d.header(req.Header)
	}
	return req, nil
}

// failed turns a transport error into an *Error without the address, whose query may hold a secret.
func (d *Door) failed(ctx context.Context, c Call, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	var refused *net.OpError
	sent := !errors.As(err, &refused) || refused.Op != "dial"
	return &Error{
		Vendor: d.vendor, Op: c.Op, Message: fmt.Sprintf("no answer from %s: %v", d.base.Host, err),
		Ambiguous: sent && !repeats(c), cause: err,
	}
}

func repeats(c Call) bool {
	switch c.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return c.Repeat
}

// checkRetry retries a call that may be repeated on network errors, 429 and 5xx, and any other call on 429 alone:
// it was refused before it was carried out.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	repeat, _ := ctx.Value(repeatKey{}).(bool)
	if err != nil {
		return repeat, nil //nolint:nilerr // nil: the client itself reports the last error
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		return retryAfter(resp.Header) <= maxWait, nil
	}
	return repeat && resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented, nil
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

func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	if s, err := strconv.Atoi(v); err == nil {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
