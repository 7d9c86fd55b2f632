// Package supabase is Supabase Storage in a box: buckets and objects behind the REST API below /storage/v1, with its
// limits and its errors, which say HTTP 400 and mean the statusCode in the body. Objects are files on disk.
package supabase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/keep"
)

const (
	prefix       = "/storage/v1"
	globalLimit  = 50 << 20 // per object, as on the free plan
	chunkedLimit = 1 << 30  // the real one has none for uploads of unknown length; a disk has
	maxJSON      = 1 << 20
	maxObjects   = 20_000
	maxBuckets   = 100
	version      = "1.11.2"
)

// Config makes an Emulator.
type Config struct {
	Dir            string // its own folder; made if missing
	SecretKey      string // sb_secret_...
	PublishableKey string // sb_publishable_..., which opens nothing; "" for none
}

// Emulator is the storage of one project. It is safe for several goroutines.
type Emulator struct {
	cfg    Config
	dir    string // of the objects
	faults *fault.Board

	mu      sync.Mutex
	buckets map[string]*bucket
	before  map[string]change             // by bucket: what was there before its last change
	objects map[string]map[string]*object // by bucket and key
	count   int
}

// Open reads what an earlier one in the same folder has kept, and removes what it had not finished.
func Open(_ context.Context, cfg Config) (*Emulator, error) {
	if cfg.SecretKey == "" {
		return nil, errors.New("open the Storage emulator: it needs a secret key")
	}
	e := &Emulator{
		cfg: cfg, dir: filepath.Join(cfg.Dir, "objects"), faults: fault.NewBoard(kinds()...),
		buckets: map[string]*bucket{}, before: map[string]change{}, objects: map[string]map[string]*object{},
	}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the Storage emulator: %w", err)
	}
	if _, err := keep.ReadJSON(e.bucketFile(), &e.buckets); err != nil {
		return nil, fmt.Errorf("open the Storage emulator: %w", err)
	}
	if err := e.load(); err != nil {
		return nil, fmt.Errorf("open the Storage emulator: %w", err)
	}
	return e, nil
}

// Close has nothing to do: all that was accepted is on disk.
func (e *Emulator) Close(context.Context) error { return nil }

func (e *Emulator) bucketFile() string { return filepath.Join(e.cfg.Dir, "buckets.json") }

// segments splits an escaped path into the bucket and the key.
func segments(rest string) (bucket, key string, err error) {
	first, second, _ := strings.Cut(rest, "/")
	if bucket, err = url.PathUnescape(first); err != nil {
		return "", "", refuse(400, "InvalidRequest", "Error", "Bad escape in the path")
	}
	if key, err = url.PathUnescape(second); err != nil {
		return "", "", refuse(400, "InvalidRequest", "Error", "Bad escape in the path")
	}
	return bucket, key, nil
}

// decode reads a JSON body. Like the web server of the real one it refuses an empty one that claims to be JSON.
func decode(w http.ResponseWriter, r *http.Request, v any) error {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON)).Decode(v); err != nil {
		return refuse(400, "InvalidRequest", "Error", "body must be object")
	}
	return nil
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

// stamp is the form of the API's times.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
