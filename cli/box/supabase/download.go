package supabase

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
)

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
	h.Set("Etag", e.etag(o))
	h.Set("X-Robots-Tag", "none")
	if r.URL.Query().Has("download") {
		h.Set("Content-Disposition", attachment(r.URL.Query().Get("download")))
	}
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
	h := w.Header()
	h.Set("Cache-Control", o.Cache)
	h.Set("Etag", e.etag(o))
	h.Set("Last-Modified", o.Updated.UTC().Format(http.TimeFormat))
	reply(w, map[string]any{
		"id": o.ID, "name": o.Key, "version": o.Version, "bucket_id": o.Bucket, "size": o.Size, "content_type": o.Type,
		"cache_control": o.Cache, "etag": e.etag(o), "metadata": o.Metadata, "last_modified": stamp(o.Updated), "created_at": stamp(o.Created),
	})
	return nil
}

func attachment(name string) string {
	if name == "" {
		return "attachment;"
	}
	name = url.PathEscape(name)
	return "attachment; filename=" + name + "; filename*=UTF-8''" + name
}
