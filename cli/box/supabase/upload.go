package supabase

import (
	"crypto/md5" //nolint:gosec // the etag is an md5, as at the real one
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"

	"readme/cli/box/keep"
)

// incoming is an upload before it is accepted.
type incoming struct {
	object
	body  io.Reader
	limit int64
}

// upload stores an object: POST makes it (x-upsert: true replaces), PUT replaces it or makes it.
func (e *Emulator) upload(w http.ResponseWriter, r *http.Request, rest string) error {
	bucketName, key, err := segments(rest)
	if err != nil {
		return err
	}
	if key == "" || len(key) > 1024 || !names.MatchString(key) {
		return refuse(400, "InvalidKey", "InvalidKey", "Invalid key: "+key)
	}
	e.mu.Lock()
	b := e.buckets[bucketName]
	there := e.objects[bucketName][key] != nil
	full := e.count >= maxObjects
	e.mu.Unlock()
	upsert := r.Method == http.MethodPut || r.Header.Get("X-Upsert") == "true"
	switch {
	case b == nil:
		return errNoBucket
	case there && !upsert:
		return errExists
	case full && !there:
		return refuse(429, "SlowDown", "Error", "The box holds no more objects")
	}
	in, err := read(w, r, b)
	if err != nil {
		return err
	}
	in.Bucket, in.Key = bucketName, key
	tmp, err := e.spool(in)
	if err != nil {
		return err
	}
	o, err := e.accept(tmp, in.object, upsert)
	if err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	reply(w, map[string]any{"Key": bucketName + "/" + key, "Id": o.ID})
	return nil
}

// read looks at the headers and finds the bytes. A body whose length is known and too large is refused unread; one of
// unknown length passes the limit, at the real one too.
func read(w http.ResponseWriter, r *http.Request, b *bucket) (*incoming, error) {
	in := &incoming{limit: b.limit()}
	in.Type, in.Cache, in.Metadata = r.Header.Get("Content-Type"), "no-cache", map[string]any{}
	if media, params, err := mime.ParseMediaType(in.Type); err == nil && media == "multipart/form-data" && params["boundary"] != "" {
		r.Body = http.MaxBytesReader(w, r.Body, b.limit()+maxJSON)
		if err := in.form(r); err != nil {
			return nil, err
		}
	} else {
		in.body = r.Body
		if v := r.Header.Get("Cache-Control"); v != "" {
			in.Cache = v
		}
		if v := r.Header.Get("X-Metadata"); v != "" {
			raw, err := base64.StdEncoding.DecodeString(v)
			if err != nil || json.Unmarshal(raw, &in.Metadata) != nil {
				return nil, refuse(400, "InvalidRequest", "Error", "The x-metadata header is no base64 of JSON")
			}
		}
		if r.ContentLength > in.limit {
			return nil, errTooLarge
		}
		if r.ContentLength < 0 {
			in.limit = chunkedLimit
		}
	}
	if in.Type == "" || !b.allows(in.Type) {
		return nil, refuse(415, "InvalidMimeType", "invalid_mime_type", fmt.Sprintf("mime type %s is not supported", in.Type))
	}
	return in, nil
}

// form reads the fields up to the file, which comes last.
func (in *incoming) form(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return refuse(400, "InvalidRequest", "Error", "The form cannot be read")
	}
	for range 20 {
		part, err := parts.NextPart()
		if err != nil {
			return refuse(400, "InvalidRequest", "Error", "The form has no file")
		}
		if part.FileName() != "" || part.FormName() == "" || part.FormName() == "file" {
			in.body, in.Type = part, part.Header.Get("Content-Type")
			return nil
		}
		value, err := io.ReadAll(io.LimitReader(part, maxJSON))
		if err != nil {
			return refuse(400, "InvalidRequest", "Error", "The form cannot be read")
		}
		switch part.FormName() {
		case "cacheControl":
			if n, err := strconv.Atoi(string(value)); err == nil {
				in.Cache = "max-age=" + strconv.Itoa(n)
			}
		case "metadata":
			if json.Unmarshal(value, &in.Metadata) != nil {
				return refuse(400, "InvalidRequest", "Error", "metadata is no JSON")
			}
		}
	}
	return refuse(400, "InvalidRequest", "Error", "The form has too many fields")
}

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
	if e.buckets[o.Bucket] == nil {
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
