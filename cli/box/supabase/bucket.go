package supabase

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bucket is kept as JSON.
type bucket struct {
	Name    string
	Public  bool
	MaxSize *int64
	Types   []string
	Created time.Time
	Updated time.Time
}

// names is what Storage takes for keys and buckets: nothing beyond plain ASCII.
var names = regexp.MustCompile(`^[A-Za-z0-9_/!.*'() &$@=;:+,?-]+$`)

func (b *bucket) json() map[string]any {
	return map[string]any{
		"id": b.Name, "name": b.Name, "owner": "", "public": b.Public, "file_size_limit": b.MaxSize,
		"allowed_mime_types": b.Types, "created_at": stamp(b.Created), "updated_at": stamp(b.Updated),
	}
}

// allows reports whether the bucket takes a mime type; "image/*" is a pattern.
func (b *bucket) allows(mime string) bool {
	if len(b.Types) == 0 {
		return true
	}
	mime, _, _ = strings.Cut(mime, ";")
	mime = strings.TrimSpace(strings.ToLower(mime))
	return slices.ContainsFunc(b.Types, func(t string) bool {
		kind, any := strings.CutSuffix(t, "/*")
		return t == mime || t == "*/*" || any && strings.HasPrefix(mime, kind+"/")
	})
}

func (b *bucket) limit() int64 {
	if b.MaxSize != nil && *b.MaxSize < globalLimit {
		return *b.MaxSize
	}
	return globalLimit
}

// bucketRequest keeps what was not said apart from null.
type bucketRequest struct {
	ID      string           `json:"id"`
	Name    string           `json:"name"`
	Public  *bool            `json:"public"`
	MaxSize *json.RawMessage `json:"file_size_limit"` // bytes, "50MB", or null
	Types   *[]string        `json:"allowed_mime_types"`
}

func (q bucketRequest) apply(raw map[string]json.RawMessage, b *bucket) error {
	if q.Public != nil {
		b.Public = *q.Public
	}
	if text, said := raw["file_size_limit"]; said {
		size, err := parseSize(text)
		if err != nil {
			return err
		}
		if size != nil && *size > globalLimit {
			return errTooLarge
		}
		b.MaxSize = size
	}
	if _, said := raw["allowed_mime_types"]; said {
		b.Types = nil
		if q.Types != nil {
			b.Types = *q.Types
		}
	}
	return nil
}

// sizes is how Storage reads a size with a unit: its MB are 10^6 bytes, not 2^20.
var sizes = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(GB|MB|KB|B)$`)

func parseSize(raw json.RawMessage) (*int64, error) {
	text := strings.ToUpper(strings.Trim(string(raw), `"`))
	if text == "NULL" {
		return nil, nil //nolint:nilnil // null is a legal size: no limit
	}
	unit := 1.0
	if m := sizes.FindStringSubmatch(text); m != nil {
		text, unit = m[1], map[string]float64{"GB": 1e9, "MB": 1e6, "KB": 1e3, "B": 1}[m[2]]
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n*unit > 1<<50 || unit == 1 && n != math.Trunc(n) {
		return nil, refuse(422, "InvalidRequest", "Error", "The requested file_size_limit is no size")
	}
	size := int64(n * unit)
	return &size, nil
}
