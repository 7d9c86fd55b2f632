package supabase

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// incoming is an upload before it is accepted.
type incoming struct {
	object
	body  io.Reader
	limit int64
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
		metadata, err := ownMetadata(r)
		if err != nil {
			return nil, err
		}
		in.Metadata = metadata
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

// ownMetadata reads what the caller stores with an object: base64 of JSON in x-metadata.
func ownMetadata(r *http.Request) (map[string]any, error) {
	out := map[string]any{}
	v := r.Header.Get("X-Metadata")
	if v == "" {
		return out, nil
	}
	raw, err := base64.StdEncoding.DecodeString(v)
	if err != nil || json.Unmarshal(raw, &out) != nil {
		return nil, refuse(400, "InvalidRequest", "Error", "The x-metadata header is no base64 of JSON")
	}
	return out, nil
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
