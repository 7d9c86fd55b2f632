// Package supabase is the client of Supabase Storage, as far as a release needs it: the bucket exists and is as
// release.yaml says. Objects are the product's own business.
package supabase

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// Options make a Client.
type Options struct {
	Base      string         // the project's URL: https://<ref>.supabase.co
	Key       release.Secret // sb_secret_..., or the older service_role JWT
	Transport http.RoundTripper
}

// Client acts on one project. It is safe for several goroutines.
type Client struct {
	door *provider.Door
}

// New makes a client. It calls nobody.
func New(o Options) (*Client, error) {
	key := strings.TrimSpace(o.Key.Reveal()) // a newline from a file would be an invalid header
	switch {
	case key == "":
		return nil, errors.New("supabase: no secret key")
	case strings.HasPrefix(key, "sb_publishable_"):
		return nil, errors.New("supabase: this is a publishable key; the server key begins with sb_secret_")
	}
	door, err := provider.NewDoor(provider.Options{
		Vendor: "supabase", Base: strings.TrimSuffix(strings.TrimSpace(o.Base), "/") + "/storage/v1", Transport: o.Transport,
		// Both, with the same value, as the vendor's own SDK does: the gateway reads one, Storage the other.
		Header: func(h http.Header) {
			h.Set("Apikey", key)
			h.Set("Authorization", "Bearer "+key)
		},
	})
	if err != nil {
		return nil, err
	}
	return &Client{door: door}, nil
}

// Close lets go of the idle connections.
func (c *Client) Close() { c.door.Close() }

// Bucket is what a release decides about a bucket.
type Bucket struct {
	Name    string
	Public  bool
	MaxSize int64    // bytes per object; 0: the project's own limit alone
	Types   []string // mime types that may be stored, "image/*" among them; none: all
}

// Equal compares two buckets; the order of the types does not matter.
func (b Bucket) Equal(other Bucket) bool {
	sorted := func(types []string) []string { return slices.Sorted(slices.Values(types)) }
	return b.Name == other.Name && b.Public == other.Public && b.MaxSize == other.MaxSize && slices.Equal(sorted(b.Types), sorted(other.Types))
}

// bucketWire is a bucket in a request. Null lifts a limit, so nothing is left out.
type bucketWire struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Public  bool     `json:"public"`
	MaxSize *int64   `json:"file_size_limit"`
	Types   []string `json:"allowed_mime_types"`
}

func (b Bucket) wire() bucketWire {
	w := bucketWire{ID: b.Name, Name: b.Name, Public: b.Public}
	if b.MaxSize > 0 {
		w.MaxSize = &b.MaxSize
	}
	if len(b.Types) > 0 {
		w.Types = b.Types
	}
	return w
}

// Probe reads something that needs a good key: nil says that Storage answers and lets us in.
func (c *Client) Probe(ctx context.Context) error {
	_, err := c.do(ctx, provider.Call{Op: "list the buckets", Method: http.MethodGet, Path: "/bucket"})
	return err
}

// Bucket reads a bucket; found is false when there is none of that name.
func (c *Client) Bucket(ctx context.Context, name string) (b Bucket, found bool, err error) {
	answer, err := c.do(ctx, provider.Call{Op: "read the bucket " + name, Method: http.MethodGet, Path: "/bucket/" + url.PathEscape(name)})
	if provider.NotFound(err) {
		return Bucket{}, false, nil
	}
	if err != nil {
		return Bucket{}, false, err
	}
	var w bucketWire
	if err := answer.Into(&w); err != nil || w.ID == "" {
		return Bucket{}, false, fmt.Errorf("supabase: read the bucket %s: the answer is no bucket", name)
	}
	b = Bucket{Name: w.ID, Public: w.Public, Types: w.Types}
	if w.MaxSize != nil {
		b.MaxSize = *w.MaxSize
	}
	return b, true, nil
}

// CreateBucket makes a bucket. One that exists already is a refusal with status 409. A failure that leaves it open
// whether the bucket was made is read back: if it is there now, all is well.
func (c *Client) CreateBucket(ctx context.Context, b Bucket) error {
	_, err := c.do(ctx, provider.Call{Op: "create the bucket " + b.Name, Method: http.MethodPost, Path: "/bucket", JSON: b.wire()})
	if !provider.Ambiguous(err) || ctx.Err() != nil {
		return err
	}
	if got, found, readErr := c.Bucket(ctx, b.Name); readErr == nil && found && got.Equal(b) {
		return nil
	}
	return err
}

// UpdateBucket sets everything but the name, which no bucket can change.
func (c *Client) UpdateBucket(ctx context.Context, b Bucket) error {
	_, err := c.do(ctx, provider.Call{Op: "update the bucket " + b.Name, Method: http.MethodPut, Path: "/bucket/" + url.PathEscape(b.Name), JSON: b.wire()})
	return err
}

// tries is how often a call that Storage asks to repeat is sent.
const tries = 4

// do sends a call. Storage says nearly everything with HTTP 400 and means the statusCode in the body: the error that
// comes back has that one. What it calls a passing trouble is repeated, if the call may be.
func (c *Client) do(ctx context.Context, call provider.Call) (provider.Answer, error) {
	for try := 1; ; try++ {
		answer, err := c.door.Do(ctx, call)
		if err == nil {
			return answer, nil
		}
		err, again := meant(err, call.Method == http.MethodPost)
		if !again || try == tries {
			return answer, err
		}
		t := time.NewTimer(500 * time.Millisecond << try)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return provider.Answer{}, context.Cause(ctx)
		}
	}
}
