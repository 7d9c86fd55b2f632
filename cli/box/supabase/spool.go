package supabase

import (
	"crypto/md5" //nolint:gosec // the etag is an md5, as at the real one
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"readme/cli/box/keep"
)

// spool writes the bytes to a file that belongs to no object yet. An upload that breaks off leaves nothing.
func (e *Emulator) spool(in *incoming) (path string, err error) {
	f, err := os.CreateTemp(e.dir, ".upload-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	sum := md5.New() //nolint:gosec // the etag is an md5, as at the real one
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(in.body, in.limit+1))
	tooLong := new(http.MaxBytesError)
	switch {
	case errors.As(err, &tooLong), err == nil && n > in.limit:
		return "", errTooLarge
	case err != nil:
		return "", refuse(400, "InvalidRequest", "Error", "The upload broke off: "+err.Error())
	}
	in.Size, in.MD5 = n, hex.EncodeToString(sum.Sum(nil))
	return f.Name(), f.Sync()
}

// accept makes a spooled file the object's bytes.
func (e *Emulator) accept(tmp string, o object, upsert bool) (*object, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.buckets[o.Bucket] == nil { // deleted while the bytes came in
		return nil, errNoBucket
	}
	was := e.objects[o.Bucket][o.Key]
	if was != nil && !upsert {
		return nil, errExists
	}
	now := time.Now()
	o.ID, o.Version, o.Created, o.Updated = newID(), newID(), now, now
	if was != nil {
		o.ID, o.Created = was.ID, was.Created
	}
	if err := os.Rename(tmp, e.dataPath(&o)); err != nil {
		return nil, err
	}
	if err := keep.WriteJSON(e.metaPath(&o), o); err != nil { // syncs the folder for both
		_ = os.Remove(e.dataPath(&o))
		return nil, err
	}
	e.put(&o)
	if was != nil {
		_ = os.Remove(e.dataPath(was)) // a leftover is removed at the next Open
	}
	return &o, nil
}
