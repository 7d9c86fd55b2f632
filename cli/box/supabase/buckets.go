package supabase

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"readme/cli/box/keep"
)

func (e *Emulator) bucketRoute(w http.ResponseWriter, r *http.Request, rest string) error {
	name, action, err := segments(rest)
	if err != nil {
		return err
	}
	switch {
	case name == "" && r.Method == http.MethodPost:
		return e.createBucket(w, r)
	case name == "" && r.Method == http.MethodGet:
		return e.listBuckets(w, r)
	case action == "empty" && r.Method == http.MethodPost:
		return e.emptyBucket(w, name)
	case name == "" || action != "":
		return errNoRoute
	}
	switch r.Method {
	case http.MethodGet:
		return e.getBucket(w, name)
	case http.MethodPut:
		return e.updateBucket(w, r, name)
	case http.MethodDelete:
		return e.deleteBucket(w, r, name)
	}
	return errNoRoute
}

// bucket is called with mu held.
func (e *Emulator) bucket(name string) (*bucket, error) {
	if b := e.buckets[name]; b != nil && !e.vanished(name) {
		return b, nil
	}
	return nil, errNoBucket
}

func (e *Emulator) getBucket(w http.ResponseWriter, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, err := e.bucket(name)
	if err != nil {
		return err
	}
	if old, stale := e.stale(name); stale {
		b = old
	}
	if b == nil {
		return errNoBucket
	}
	reply(w, b.json())
	return nil
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
	if err := e.setBucket(name, b); err != nil {
		return err
	}
	reply(w, map[string]any{"name": name})
	return nil
}

// setBucket is called with mu held. A nil bucket removes it.
func (e *Emulator) setBucket(name string, b *bucket) error {
	was, had := e.buckets[name]
	if b == nil {
		delete(e.buckets, name)
	} else {
		e.buckets[name] = b
	}
	err := keep.WriteJSON(e.bucketFile(), e.buckets)
	switch {
	case err == nil:
		e.before[name] = change{bucket: was, at: time.Now()}
	case had:
		e.buckets[name] = was
	default:
		delete(e.buckets, name)
	}
	return err
}

func (e *Emulator) updateBucket(w http.ResponseWriter, r *http.Request, name string) error {
	q, raw, err := readBucket(w, r)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	was, err := e.bucket(name)
	if err != nil {
		return err
	}
	b := *was
	if err := q.apply(raw, &b); err != nil {
		return err
	}
	if _, ignored := e.faults.Strike(settingsIgnored, name); !ignored {
		b.Updated = time.Now()
		if err := e.setBucket(name, &b); err != nil {
			return err
		}
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
	if _, err := e.bucket(name); err != nil {
		return err
	}
	if len(e.objects[name]) > 0 {
		return refuse(409, "ResourceNotEmpty", "ResourceNotEmpty", "The bucket you tried to delete is not empty")
	}
	if err := e.setBucket(name, nil); err != nil {
		return err
	}
	reply(w, map[string]any{"message": "Successfully deleted"})
	return nil
}

// emptyBucket is done at once; the real one queues it, and says the same.
func (e *Emulator) emptyBucket(w http.ResponseWriter, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := e.bucket(name); err != nil {
		return err
	}
	for _, o := range e.objects[name] {
		if err := e.remove(o); err != nil {
			return err
		}
	}
	reply(w, map[string]any{"message": "Empty bucket has been queued. Completion may take up to an hour."})
	return nil
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
