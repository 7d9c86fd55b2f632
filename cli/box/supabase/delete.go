package supabase

import (
	"net/http"
	"strings"
)

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
	rows := []row{}
	for _, key := range q.Prefixes {
		if o := e.objects[bucketName][key]; o != nil {
			if err := e.remove(o); err != nil {
				return err
			}
			row := e.row(o, o.Key)
			row["bucket_id"], row["version"] = o.Bucket, o.Version
			rows = append(rows, row)
		}
	}
	reply(w, rows)
	return nil
}
