// Package storage keeps the files of books in Supabase Storage, over its REST interface.
package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"readme/services/books"
)

const (
	// patience is the time for a call without a file; a file gets patience and a second more for each 256 KiB.
	patience    = 10 * time.Second
	slowestRate = 256 << 10
)

// Client speaks for one bucket. Its errors never hold the key.
type Client struct {
	base   string // .../storage/v1, no slash at the end
	bucket string
	agent  string
	key    string
	http   *http.Client
	pause  func(ctx context.Context, attempt int) error
}

var _ books.Blobs = (*Client)(nil)

// ErrKey is what New returns if the key cannot be a server key; its other errors are about the URL.
var ErrKey = errors.New("read storage key")

// New makes a client for the bucket of the project at projectURL (https://<ref>.supabase.co). agent is the User-Agent:
// the vendor refuses secret keys that come with a browser's.
func New(projectURL, key, bucket, agent string) (*Client, error) {
	u, err := url.Parse(projectURL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, errors.New("parse project URL: it must look like https://<ref>.supabase.co")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, errors.New("parse project URL: it must be https, or the key would travel in the clear")
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	return &Client{
		base:   u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/") + "/storage/v1",
		bucket: bucket,
		agent:  agent,
		key:    key,
		http: &http.Client{
			Transport: &http.Transport{
				Proxy:                 http.ProxyFromEnvironment,
				DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
				TLSHandshakeTimeout:   5 * time.Second,
				ResponseHeaderTimeout: 60 * time.Second,
				IdleConnTimeout:       60 * time.Second,
				MaxIdleConnsPerHost:   4,
				ForceAttemptHTTP2:     true,
			},
			// The key goes to the address it was given for and to no other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pause: backoff,
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ping asks for the bucket, so it fails too when the key is wrong or the bucket is missing.
func (c *Client) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := c.once(ctx, call{action: "reach storage", method: http.MethodGet, path: "/bucket/" + url.PathEscape(c.bucket)})
	return drop(resp, err)
}

// Put uploads with x-upsert, which makes a repetition after an unclear end harmless.
func (c *Client) Put(ctx context.Context, path string, body io.ReaderAt, size int64) error {
	ctx, cancel := context.WithTimeout(ctx, patience+time.Duration(size/slowestRate)*time.Second)
	defer cancel()
	resp, err := c.send(ctx, call{
		action: "store file", method: http.MethodPost, path: c.object("/object/", path),
		header: http.Header{
			"Content-Type":  {"application/pdf"},
			"Cache-Control": {"max-age=3600"},
			"X-Upsert":      {"true"},
		},
		body: func() io.Reader { return io.NewSectionReader(body, 0, size) }, size: size,
	})
	return drop(resp, err)
}

// Stat asks for the file's info: a HEAD answers alike for missing, forbidden and misspelt.
func (c *Client) Stat(ctx context.Context, path string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := c.send(ctx, call{action: "look up file", method: http.MethodGet, path: c.object("/object/info/", path)})
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	var info struct {
		Size *int64 `json:"size"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxErrorBody)).Decode(&info); err != nil {
		return 0, fmt.Errorf("look up file: read answer: %w", err)
	}
	if info.Size == nil {
		return 0, errors.New("look up file: the answer has no size")
	}
	return *info.Size, nil
}

// Open streams the file; ctx ends the stream too.
func (c *Client) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	resp, err := c.send(ctx, call{action: "read file", method: http.MethodGet, path: c.object("/object/", path)})
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// Delete removes the file.
func (c *Client) Delete(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := c.send(ctx, call{action: "delete file", method: http.MethodDelete, path: c.object("/object/", path)})
	if err = drop(resp, err); errors.Is(err, books.ErrNotFound) {
		return nil
	}
	return err
}

// object is the path of a file below one of the object routes, each segment escaped.
func (c *Client) object(route, path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return route + url.PathEscape(c.bucket) + "/" + strings.Join(segments, "/")
}
