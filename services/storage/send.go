package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// tries is how often a call is sent at most. Every call here may be repeated.
const tries = 4

type call struct {
	action string // for errors: "store file"
	method string
	path   string // below /storage/v1
	header http.Header
	body   func() io.Reader // a fresh one for each try; nil for none
	size   int64            // of body. Always sent: a body of unknown length slips past the bucket's size limit
}

// send repeats a call while its failure may pass by itself. The caller closes the body of a good answer.
func (c *Client) send(ctx context.Context, what call) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		resp, err := c.once(ctx, what)
		if err == nil || attempt == tries || ctx.Err() != nil || !passing(err) {
			return resp, err
		}
		if c.pause(ctx, attempt) != nil {
			return nil, err
		}
	}
}

func (c *Client) once(ctx context.Context, what call) (*http.Response, error) {
	var body io.Reader
	if what.body != nil {
		body = what.body()
	}
	req, err := http.NewRequestWithContext(ctx, what.method, c.base+what.path, body)
	if err != nil {
		return nil, fmt.Errorf("%s: make request: %w", what.action, err)
	}
	if what.header != nil {
		req.Header = what.header.Clone()
	}
	req.ContentLength = what.size
	// Both, and the same value in both, is what the vendor's own client sends and the only pair that every gateway takes.
	req.Header.Set("Apikey", c.key)
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("User-Agent", c.agent)
	resp, err := c.http.Do(req)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // the rest is the URL, which says nothing more
		}
		return nil, fmt.Errorf("%s: %w", what.action, err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	return nil, fmt.Errorf("%s: %w", what.action, readError(resp))
}

// passing reports whether a failure may be gone at the next try: the vendor's word for it, or no answer at all.
func passing(err error) bool {
	if refused, ok := errors.AsType[*Error](err); ok {
		return refused.passing()
	}
	return true
}

// backoff waits 0.2 s, 0.4 s, 0.8 s, each up to half longer or shorter.
func backoff(ctx context.Context, attempt int) error {
	wait := 200 * time.Millisecond << (attempt - 1)
	wait = wait/2 + rand.N(wait) //nolint:gosec // G404: this spreads retries, it guards nothing
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// drop reads what is left of an answer that nobody needs, so that its connection can be used again.
func drop(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxErrorBody)
	return resp.Body.Close()
}
