package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"readme/cli/release"
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

// NewDoor makes a door. Base must be an absolute http or https address without credentials, query or fragment.
func NewDoor(o Options) (*Door, error) {
	base, err := url.Parse(strings.TrimSpace(o.Base))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		// Not shown: a person may have pasted a connection string with a password here.
		return nil, fmt.Errorf("%s: its address is no http(s) address", o.Vendor)
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("%s: the address of %s must hold no password, query or fragment", o.Vendor, base.Host)
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

	// Hide are values in the body that the vendor's answer might quote; they are struck out of errors, as the
	// credentials are.
	Hide []release.Secret

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

// Do sends the call and reads the whole answer. Its error is an *Error, or the context's cause when the call was
// cut short and had no effect that is left open.
func (d *Door) Do(ctx context.Context, c Call) (Answer, error) {
	at := &attempts{repeat: repeats(c)}
	ctx = at.watch(ctx)
	req, h, err := d.request(ctx, c)
	if err != nil {
		return Answer{}, &Error{Vendor: d.vendor, Op: c.Op, Message: err.Error()}
	}
	var body []byte
	// Reading the body belongs to the attempt: an answer that breaks off is retried like one that never came.
	req.SetResponseHandler(func(resp *http.Response) (err error) {
		body, err = readAll(resp)
		return err
	})
	resp, err := d.client.Do(req)
	if resp != nil {
		defer func() { _ = resp.Body.Close() }()
	}
	if err == nil && body == nil { // the last of several refused attempts: its body was left unread
		body, err = readAll(resp)
	}
	if err != nil {
		return Answer{}, d.failed(ctx, c, at, err, h)
	}
	if resp.StatusCode >= 300 {
		return Answer{}, &Error{
			Vendor: d.vendor, Op: c.Op, Status: resp.StatusCode,
			RequestID: requestID(resp.Header), Message: message(resp, body, h), Body: body,
			Ambiguous: resp.StatusCode >= 500 && !at.repeat,
		}
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

var errTooLarge = errors.New("the answer is larger than 8 MiB")

func readAll(resp *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, errTooLarge
	}
	return body, nil
}

func (d *Door) request(ctx context.Context, c Call) (*retryablehttp.Request, hidden, error) {
	u := *d.base
	u.Path, u.RawPath = "", ""
	address := u.String() + strings.TrimSuffix(d.base.EscapedPath(), "/") + c.Path
	if len(c.Query) > 0 {
		address += "?" + c.Query.Encode()
	}
	body, err := bodyOf(c)
	if err != nil {
		return nil, nil, err
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, c.Method, address, body)
	if err != nil {
		if c.Open != nil {
			return nil, nil, fmt.Errorf("open what is to be sent: %w", err)
		}
		return nil, nil, errors.New("the address cannot be built")
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
	credentials := http.Header{}
	if d.header != nil {
		d.header(credentials)
		maps.Copy(req.Header, credentials)
	}
	return req, hide(credentials, c.Hide), nil
}

func bodyOf(c Call) (any, error) {
	switch {
	case c.JSON != nil:
		b, err := json.Marshal(c.JSON)
		if err != nil {
			return nil, errors.New("the body cannot be encoded as JSON")
		}
		return b, nil
	case c.Raw != nil:
		return c.Raw, nil
	case c.Open != nil && c.Size < 0:
		return nil, errors.New("the size of what is to be sent is unknown")
	case c.Open != nil && c.Size > 0:
		return retryablehttp.ReaderFunc(func() (io.Reader, error) { return c.Open() }), nil
	}
	return nil, nil // a file of size 0 as well: net/http would send it chunked, without its length
}

// failed turns a transport error into an *Error without the address, whose query may hold a secret. When the
// context has ended, its cause is given, wrapped in an *Error only where that leaves open what has happened.
func (d *Door) failed(ctx context.Context, c Call, at *attempts, err error, h hidden) error {
	ambiguous := at.sent.Load() && !at.repeat
	if ctx.Err() != nil {
		cause := context.Cause(ctx)
		if !ambiguous {
			return cause
		}
		return &Error{Vendor: d.vendor, Op: c.Op, Message: "cut short before the answer came: " + cause.Error(), Ambiguous: true, cause: cause}
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	text := fmt.Sprintf("no answer from %s: %v", d.base.Host, err)
	if errors.Is(err, errTooLarge) {
		text = err.Error()
	}
	return &Error{Vendor: d.vendor, Op: c.Op, Message: plain(h.strike(text)), Ambiguous: ambiguous, cause: err}
}

func repeats(c Call) bool {
	switch c.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return c.Repeat
}
