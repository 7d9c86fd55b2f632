package supabase

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"readme/cli/box/keep"
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

func (e *Emulator) bucketRoute(w http.ResponseWriter, r *http.Request, rest string) error {
	name, action, err := segments(rest)
	if err != nil {
		return err
	}
	switch {
	case name == "" && r.Method == http.MethodPost:
		return e.createBucket(w, r)
	case name == "" && r.Method == http.MethodGet:
		return e.listBuckets(w)
	case action == "empty" && r.Method == http.MethodPost:
		return e.emptyBucket(w, name)
	case name == "" || action != "":
		return errNoRoute
	}
	switch r.Method {
	case http.MethodGet:
		e.mu.Lock()
		defer e.mu.Unlock()
		b, ok := e.buckets[name]
		if !ok {
			return errNoBucket
		}
		reply(w, b.json())
		return nil
	case http.MethodPut:
		return e.updateBucket(w, r, name)
	case http.MethodDelete:
		return e.deleteBucket(w, r, name)
	}
	return errNoRoute
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

func parseSize(raw json.RawMessage) (*int64, error) {
	text := strings.ToUpper(strings.Trim(string(raw), `"`))
	if text == "NULL" {
		return nil, nil //nolint:nilnil // null is a legal size: no limit
	}
	unit := int64(1)
	for suffix, n := range map[string]int64{"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = strings.TrimSpace(number), n
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<50/unit {
		return nil, refuse(422, "InvalidRequest", "Error", "The requested file_size_limit is no size")
	}
	n *= unit
	return &n, nil
}

func readBucket(w http.ResponseWriter, r *http.Request) (q bucketRequest, raw map[string]json.RawMessage, err error) {
	if err := decode(w, r, &raw); err != nil {
		return q, nil, err
	}
	whole, err := json.Marshal(raw)
	if err == nil {
		err = json.Unmarshal(whole, &q)
	}
	if err != nil {
		return q, nil, refuse(400, "InvalidRequest", "Error", "body has a property of a wrong type")
	}
	return q, raw, nil
}

func (e *Emulator) createBucket(w http.ResponseWriter, r *http.Request) error {
	q, raw, err := readBucket(w, r)
	if err != nil {
		return err
	}
	name := q.Name
	if q.ID != "" {
		name = q.ID
	}
	if name == "" {
		return refuse(400, "InvalidRequest", "Error", "body must have required property 'name'")
	}
	if len(name) > 100 || !names.MatchString(name) || strings.Contains(name, "/") || strings.TrimSpace(name) != name {
		return refuse(400, "InvalidBucketName", "Invalid Input", "Bucket name invalid")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.buckets[name] != nil {
		return refuse(409, "BucketAlreadyExists", "Duplicate", "The resource already exists")
	}
	if len(e.buckets) >= maxBuckets {
		return refuse(429, "SlowDown", "Error", "The box holds no more buckets")
	}
	now := time.Now()
	b := &bucket{Name: name, Created: now, Updated: now}
	if err := q.apply(raw, b); err != nil {
		return err
	}
	e.buckets[name] = b
	if err := e.saveBuckets(); err != nil {
		delete(e.buckets, name)
		return err
	}
	reply(w, map[string]any{"name": name})
	return nil
}

func (e *Emulator) saveBuckets() error { return keep.WriteJSON(e.bucketFile(), e.buckets) }

func (e *Emulator) listBuckets(w http.ResponseWriter) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(e.buckets)) {
		m := e.buckets[name].json()
		m["type"] = "STANDARD"
		list = append(list, m)
	}
	reply(w, list)
	return nil
}

func (e *Emulator) updateBucket(w http.ResponseWriter, r *http.Request, name string) error {
	q, raw, err := readBucket(w, r)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	was := e.buckets[name]
	if was == nil {
		return errNoBucket
	}
	b := *was
	if err := q.apply(raw, &b); err != nil {
		return err
	}
	b.Updated = time.Now()
	e.buckets[name] = &b
	if err := e.saveBuckets(); err != nil {
		e.buckets[name] = was
		return err
	}
	reply(w, map[string]any{"message": "Successfully updated"})
	return nil
}

func (e *Emulator) deleteBucket(w http.ResponseWriter, r *http.Request, name string) error {
	if err := noEmptyJSON(r); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	was := e.buckets[name]
	if was == nil {
		return errNoBucket
	}
	if len(e.objects[name]) > 0 {
		return refuse(409, "ResourceNotEmpty", "InvalidRequest", "The bucket you tried to delete is not empty")
	}
	delete(e.buckets, name)
	if err := e.saveBuckets(); err != nil {
		e.buckets[name] = was
		return err
	}
	reply(w, map[string]any{"message": "Successfully deleted"})
	return nil
}

func (e *Emulator) emptyBucket(w http.ResponseWriter, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.buckets[name] == nil {
		return errNoBucket
	}
	for _, o := range e.objects[name] {
		if err := e.remove(o); err != nil {
			return err
		}
	}
	reply(w, map[string]any{"message": "Empty bucket has been queued. Completion may take up to an hour."})
	return nil
}
