package supabase

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"readme/cli/box/keep"
)

// object is kept as <id>.json; its bytes are in <id>.<version>. The JSON file is written last and decides which
// version there is.
type object struct {
	ID       string
	Version  string
	Bucket   string
	Key      string
	Size     int64
	MD5      string // hexadecimal
	Type     string
	Cache    string
	Metadata map[string]any
	Created  time.Time
	Updated  time.Time
}

func (e *Emulator) metaPath(o *object) string { return filepath.Join(e.dir, o.ID+".json") }
func (e *Emulator) dataPath(o *object) string { return filepath.Join(e.dir, o.ID+"."+o.Version) }
func (o *object) etag() string                { return `"` + o.MD5 + `"` }

// load reads the objects and removes files that belong to none: uploads that a kill has cut.
func (e *Emulator) load() error {
	files, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range files {
		if filepath.Ext(f.Name()) != ".json" || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		o := &object{}
		if _, err := keep.ReadJSON(filepath.Join(e.dir, f.Name()), o); err != nil {
			return err
		}
		if e.buckets[o.Bucket] == nil {
			continue
		}
		known[filepath.Base(e.metaPath(o))], known[filepath.Base(e.dataPath(o))] = true, true
		e.put(o)
	}
	for _, f := range files {
		if !known[f.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(e.dir, f.Name())))
		}
	}
	return err
}

func (e *Emulator) put(o *object) {
	if e.objects[o.Bucket] == nil {
		e.objects[o.Bucket] = map[string]*object{}
	}
	if e.objects[o.Bucket][o.Key] == nil {
		e.count++
	}
	e.objects[o.Bucket][o.Key] = o
}

// remove is called with mu held.
func (e *Emulator) remove(o *object) error {
	if err := os.Remove(e.metaPath(o)); err != nil {
		return err
	}
	delete(e.objects[o.Bucket], o.Key)
	e.count--
	return errors.Join(os.Remove(e.dataPath(o)), keep.SyncDir(e.dir))
}

// find gives an object as it is now; what it points at never changes.
func (e *Emulator) find(bucketName, key string) (*object, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.buckets[bucketName] == nil {
		return nil, errNoBucket
	}
	if o := e.objects[bucketName][key]; o != nil {
		return o, nil
	}
	return nil, errNoKey
}

func (e *Emulator) objectRoute(w http.ResponseWriter, r *http.Request, rest string) error {
	word, after, _ := strings.Cut(rest, "/")
	switch {
	case word == "list" && r.Method == http.MethodPost:
		return e.list(w, r, after)
	case word == "sign" && r.Method == http.MethodPost:
		return e.sign(w, r, after)
	case word == "info" && r.Method == http.MethodGet:
		return e.info(w, after)
	case word == "authenticated" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		return e.download(w, r, after)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return e.download(w, r, rest)
	case http.MethodPost, http.MethodPut:
		return e.upload(w, r, rest)
	case http.MethodDelete:
		if after == "" {
			return e.deleteMany(w, r, rest)
		}
		return e.deleteOne(w, r, rest)
	}
	return errNoRoute
}

func (e *Emulator) download(w http.ResponseWriter, r *http.Request, rest string) error {
	bucketName, key, err := segments(rest)
	if err != nil {
		return err
	}
	o, err := e.find(bucketName, key)
	if err != nil {
		return err
	}
	return e.send(w, r, o)
}

func (e *Emulator) send(w http.ResponseWriter, r *http.Request, o *object) error {
	f, err := os.Open(e.dataPath(o))
	if errors.Is(err, os.ErrNotExist) {
		return errNoKey // deleted or replaced between the look-up and now
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	h := w.Header()
	h.Set("Content-Type", o.Type)
	h.Set("Cache-Control", o.Cache)
	h.Set("Etag", o.etag())
	h.Set("X-Robots-Tag", "none")
	http.ServeContent(w, r, "", o.Updated, io.NewSectionReader(f, 0, o.Size))
	return nil
}

func (e *Emulator) info(w http.ResponseWriter, rest string) error {
	bucketName, key, err := segments(rest)
	if err != nil {
		return err
	}
	o, err := e.find(bucketName, key)
	if err != nil {
		return err
	}
	reply(w, map[string]any{
		"id": o.ID, "name": o.Key, "version": o.Version, "bucket_id": o.Bucket, "size": o.Size, "content_type": o.Type,
		"cache_control": o.Cache, "etag": o.etag(), "metadata": o.Metadata, "last_modified": stamp(o.Updated), "created_at": stamp(o.Created),
	})
	return nil
}

// noEmptyJSON refuses what the web server of the real one refuses: a body that claims to be JSON and is empty.
func noEmptyJSON(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && r.ContentLength <= 0 {
		return refuse(400, "FST_ERR_CTP_EMPTY_JSON_BODY", "Bad Request", "Body cannot be empty when content-type is set to 'application/json'")
	}
	return nil
}

func (e *Emulator) deleteOne(w http.ResponseWriter, r *http.Request, rest string) error {
	if err := noEmptyJSON(r); err != nil {
		return err
	}
	bucketName, key, err := segments(rest)
	if err != nil {
		return err
	}
	o, err := e.find(bucketName, key)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.objects[bucketName][key] != o {
		return errNoKey
	}
	if err := e.remove(o); err != nil {
		return err
	}
	reply(w, map[string]any{"message": "Successfully deleted"})
	return nil
}

// deleteMany passes over names that do not exist.
func (e *Emulator) deleteMany(w http.ResponseWriter, r *http.Request, rest string) error {
	bucketName, _, err := segments(rest)
	if err != nil {
		return err
	}
	var q struct {
		Prefixes []string `json:"prefixes"`
	}
	if err := decode(w, r, &q); err != nil {
		return err
	}
	if len(q.Prefixes) == 0 || len(q.Prefixes) > 1000 {
		return refuse(400, "InvalidRequest", "Error", "body/prefixes must hold 1 to 1000 items")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.buckets[bucketName] == nil {
		return errNoBucket
	}
	rows := []map[string]any{}
	for _, key := range q.Prefixes {
		if o := e.objects[bucketName][key]; o != nil {
			if err := e.remove(o); err != nil {
				return err
			}
			row := o.row(o.Key)
			row["bucket_id"], row["version"] = o.Bucket, o.Version
			rows = append(rows, row)
		}
	}
	reply(w, rows)
	return nil
}

// row is an object in a listing, under the name that it has there.
func (o *object) row(name string) map[string]any {
	return map[string]any{
		"name": name, "id": o.ID, "updated_at": stamp(o.Updated), "created_at": stamp(o.Created), "last_accessed_at": stamp(o.Updated),
		"metadata": map[string]any{
			"eTag": o.etag(), "size": o.Size, "mimetype": o.Type, "cacheControl": o.Cache, "lastModified": stamp(o.Updated),
			"contentLength": o.Size, "httpStatusCode": 200,
		},
	}
}

func newID() string { return uuid.NewString() }
