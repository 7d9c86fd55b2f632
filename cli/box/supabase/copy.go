package supabase

import (
	"net/http"
	"os"
	"time"

	"readme/cli/box/keep"
)

type copyRequest struct {
	Bucket   string `json:"bucketId"`
	Key      string `json:"sourceKey"`
	ToBucket string `json:"destinationBucket"` // "" for the same
	ToKey    string `json:"destinationKey"`

	CopyMetadata *bool `json:"copyMetadata"` // of a copy: false takes the metadata below and that of the header instead
	Metadata     struct {
		Cache *string `json:"cacheControl"`
		Type  *string `json:"mimetype"`
	} `json:"metadata"`
}

func readCopy(w http.ResponseWriter, r *http.Request) (q copyRequest, err error) {
	if err := decode(w, r, &q); err != nil {
		return q, err
	}
	if q.Bucket == "" || q.Key == "" || q.ToKey == "" {
		return q, refuse(400, "InvalidRequest", "Error", "body must have required properties 'bucketId', 'sourceKey' and 'destinationKey'")
	}
	if q.ToBucket == "" {
		q.ToBucket = q.Bucket
	}
	return q, nil
}

// copyObject makes a second object of the same bytes. Onto itself it changes the metadata.
func (e *Emulator) copyObject(w http.ResponseWriter, r *http.Request) error {
	q, err := readCopy(w, r)
	if err != nil {
		return err
	}
	from, err := e.find(q.Bucket, q.Key)
	if err != nil {
		return err
	}
	upsert := r.Header.Get("X-Upsert") == "true"
	if _, err := e.mayStore(q.ToBucket, q.ToKey, upsert); err != nil {
		return err
	}
	in := &incoming{object: *from, limit: from.Size}
	in.Bucket, in.Key, in.Data = q.ToBucket, q.ToKey, ""
	if q.CopyMetadata != nil && !*q.CopyMetadata {
		if in.Metadata, err = ownMetadata(r); err != nil {
			return err
		}
		if q.Metadata.Cache != nil {
			in.Cache = *q.Metadata.Cache
		}
		if q.Metadata.Type != nil {
			in.Type = *q.Metadata.Type
		}
	}
	f, err := os.Open(e.dataPath(from))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	in.body = f
	o, err := e.keepAs(in, upsert)
	if err != nil {
		return err
	}
	row := e.row(o, o.Key)
	row["Key"], row["Id"], row["bucket_id"], row["version"] = o.Bucket+"/"+o.Key, o.ID, o.Bucket, o.Version
	reply(w, row)
	return nil
}

// moveObject gives an object another name, in another bucket if need be. It never replaces one.
func (e *Emulator) moveObject(w http.ResponseWriter, r *http.Request) error {
	q, err := readCopy(w, r)
	if err != nil {
		return err
	}
	was, err := e.find(q.Bucket, q.Key)
	if err != nil {
		return err
	}
	if q.Bucket != q.ToBucket || q.Key != q.ToKey {
		if _, err := e.mayStore(q.ToBucket, q.ToKey, false); err != nil {
			return err
		}
		if err := e.rename(was, q.ToBucket, q.ToKey); err != nil {
			return err
		}
	}
	reply(w, map[string]any{"message": "Successfully moved", "Id": was.ID, "Key": q.ToKey})
	return nil
}

// rename writes one file, so a kill leaves the object under one of the two names.
func (e *Emulator) rename(was *object, bucketName, key string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.objects[was.Bucket][was.Key] != was:
		return errNoKey
	case e.objects[bucketName][key] != nil:
		return errExists
	}
	o := *was
	if o.Data == "" {
		o.Data = was.Version
	}
	o.Bucket, o.Key, o.Version, o.Updated = bucketName, key, newID(), time.Now()
	if err := keep.WriteJSON(e.metaPath(&o), o); err != nil {
		return err
	}
	delete(e.objects[was.Bucket], was.Key)
	e.count--
	e.put(&o)
	return nil
}
