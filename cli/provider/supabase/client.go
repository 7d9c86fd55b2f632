// Package supabase is the client of Supabase Storage, as far as a release needs it: the bucket exists and is as
// release.yaml says. Objects are the product's own business.
package supabase

import (
	"context"
	"net/http"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// Options make a Client.
type Options struct {
	Base      string         // the project's URL: https://<ref>.supabase.co
	Key       release.Secret // sb_secret_..., or the older service_role JWT
	Ref       string         // the project's ref that release.yaml pins, for Examine; "" for none
	Transport http.RoundTripper
}

// Client acts on one project. It is safe for several goroutines.
type Client struct {
	door *provider.Door
	base string
	ref  string
	key  key
}

// New makes a client. It calls nobody. A key that could never write is refused.
func New(o Options) (*Client, error) {
	text := strings.TrimSpace(o.Key.Reveal()) // a newline from a file would be an invalid header
	seen, err := readKey(text)
	if err != nil {
		return nil, err
	}
	door, err := provider.NewDoor(provider.Options{
		Vendor: "supabase", Base: strings.TrimSuffix(strings.TrimSpace(o.Base), "/") + "/storage/v1", Transport: o.Transport,
		// Both, with the same value, as the vendor's own SDK does: the gateway reads one, Storage the other.
		Header: func(h http.Header) {
			h.Set("Apikey", text)
			h.Set("Authorization", "Bearer "+text)
		},
	})
	if err != nil {
		return nil, err
	}
	return &Client{door: door, base: o.Base, ref: o.Ref, key: seen}, nil
}

// Close lets go of the idle connections.
func (c *Client) Close() { c.door.Close() }

// Probe reads something that needs a good key: nil says that Storage answers and lets us in.
func (c *Client) Probe(ctx context.Context) error {
	_, err := c.do(ctx, provider.Call{Op: "list the buckets", Method: http.MethodGet, Path: "/bucket"})
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
		if err := pause(ctx, 500*time.Millisecond<<try); err != nil {
			return provider.Answer{}, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
