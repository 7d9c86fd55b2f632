package supabase

import (
	"cmp"
	"errors"
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
	Data     string // the version whose file holds the bytes, if it is another one: a moved object keeps its file
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
func (e *Emulator) dataPath(o *object) string {
	return filepath.Join(e.dir, o.ID+"."+cmp.Or(o.Data, o.Version))
}

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
	if _, err := e.bucket(bucketName); err != nil {
		return nil, err
	}
	if o := e.objects[bucketName][key]; o != nil {
		return o, nil
	}
	return nil, errNoKey
}

func newID() string { return uuid.NewString() }
