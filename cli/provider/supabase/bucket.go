package supabase

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

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

// String is a bucket's settings on one line: "private, at most 52428800 bytes, application/pdf".
func (b Bucket) String() string {
	who, most, types := "private", "no limit of its own", "all types"
	if b.Public {
		who = "public"
	}
	if b.MaxSize > 0 {
		most = fmt.Sprintf("at most %d bytes", b.MaxSize)
	}
	if len(b.Types) > 0 {
		types = strings.Join(b.Types, " ")
	}
	return who + ", " + most + ", " + types
}

// bucketWire is a bucket in a request. Null lifts a limit, so nothing is left out.
type bucketWire struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Public  bool     `json:"public"`
	MaxSize *size    `json:"file_size_limit"`
	Types   []string `json:"allowed_mime_types"`
}

func (b Bucket) wire() bucketWire {
	w := bucketWire{ID: b.Name, Name: b.Name, Public: b.Public}
	if b.MaxSize > 0 {
		w.MaxSize = (*size)(&b.MaxSize)
	}
	if len(b.Types) > 0 {
		w.Types = b.Types
	}
	return w
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
		b.MaxSize = int64(*w.MaxSize)
	}
	return b, true, nil
}

// CreateBucket makes a bucket and reads it back. One that exists already is a refusal with status 409. A failure that
// leaves it open whether the bucket was made is no failure if it is there now.
func (c *Client) CreateBucket(ctx context.Context, b Bucket) error {
	_, err := c.do(ctx, provider.Call{Op: "create the bucket " + b.Name, Method: http.MethodPost, Path: "/bucket", JSON: b.wire()})
	switch {
	case err == nil:
		return c.verify(ctx, b)
	case !provider.Ambiguous(err) || ctx.Err() != nil:
		return err
	}
	if got, found, readErr := c.Bucket(ctx, b.Name); readErr == nil && found && got.Equal(b) {
		return nil
	}
	return err
}

// UpdateBucket sets everything but the name, which no bucket can change, and reads it back.
func (c *Client) UpdateBucket(ctx context.Context, b Bucket) error {
	_, err := c.do(ctx, provider.Call{Op: "update the bucket " + b.Name, Method: http.MethodPut, Path: "/bucket/" + url.PathEscape(b.Name), JSON: b.wire()})
	if err != nil {
		return err
	}
	return c.verify(ctx, b)
}

// verify reads a bucket until it is as it was written: a read may lag behind a write for some seconds. Its error is a
// *release.Fault if the bucket stays otherwise.
func (c *Client) verify(ctx context.Context, want Bucket) error {
	for try := range tries + 1 {
		got, found, err := c.Bucket(ctx, want.Name)
		if err != nil {
			return err
		}
		if found && got.Equal(want) {
			return nil
		}
		if try == tries {
			return otherwise(want, got, found)
		}
		if err := pause(ctx, 500*time.Millisecond<<try); err != nil {
			return err
		}
	}
	return nil
}

func otherwise(want, got Bucket, found bool) error {
	is := "found    " + got.String()
	if !found {
		is = "found    no such bucket"
	}
	return &release.Fault{
		Title:    "bucket " + want.Name + " is not as it should be",
		Detail:   "it was written without an error and reads back otherwise",
		Evidence: []release.Evidence{{Label: "expected, and found", Lines: []string{"expected " + want.String(), is}}},
		Try:      "readme-ops doctor",
	}
}
