package supabase

import (
	"errors"
	"io"
	"net/http"
	"os"
)

// upload stores an object: POST makes it (x-upsert: true replaces), PUT replaces it or makes it.
func (e *Emulator) upload(w http.ResponseWriter, r *http.Request, rest string) error {
	key, id, err := e.store(w, r, rest, r.Method == http.MethodPut || r.Header.Get("X-Upsert") == "true")
	if err == nil {
		reply(w, map[string]any{"Key": key, "Id": id})
	}
	return err
}

// store keeps the body under the path and gives the object's bucket/key and id.
func (e *Emulator) store(w http.ResponseWriter, r *http.Request, rest string, upsert bool) (path, id string, err error) {
	bucketName, key, err := segments(rest)
	if err != nil {
		return "", "", err
	}
	b, err := e.mayStore(bucketName, key, upsert)
	if err != nil {
		return "", "", err
	}
	in, err := read(w, r, b)
	if err != nil {
		return "", "", err
	}
	if _, cut := e.faults.Strike(uploadCut, bucketName); cut {
		_, _ = io.CopyN(io.Discard, in.body, max(r.ContentLength/2, 1))
		panic(http.ErrAbortHandler)
	}
	in.Bucket, in.Key = bucketName, key
	o, err := e.keepAs(in, upsert)
	if err != nil {
		return "", "", err
	}
	return bucketName + "/" + key, o.ID, nil
}

// keepAs writes the bytes and makes them the object.
func (e *Emulator) keepAs(in *incoming, upsert bool) (*object, error) {
	tmp, err := e.spool(in)
	if err != nil {
		return nil, err
	}
	o, err := e.accept(tmp, in.object, upsert)
	if err != nil {
		return nil, errors.Join(err, os.Remove(tmp))
	}
	return o, nil
}

// mayStore says what speaks against an object of that name before its bytes are read.
func (e *Emulator) mayStore(bucketName, key string, upsert bool) (*bucket, error) {
	if key == "" || len(key) > 1024 || !names.MatchString(key) {
		return nil, refuse(400, "InvalidKey", "InvalidKey", "Invalid key: "+key)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	b, err := e.bucket(bucketName)
	there := e.objects[bucketName][key] != nil
	switch {
	case err != nil:
		return nil, err
	case there && !upsert:
		return nil, errExists
	case e.count >= maxObjects && !there:
		return nil, refuse(429, "SlowDown", "Error", "The box holds no more objects")
	}
	return b, nil
}
