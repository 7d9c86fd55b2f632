package supabase

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// row is one line of a listing.
type row = map[string]any

type listRequest struct {
	Prefix string `json:"prefix"`
	Search string `json:"search"`
	Limit  *int   `json:"limit"`
	Offset int    `json:"offset"`
	SortBy struct {
		Column string `json:"column"`
		Order  string `json:"order"`
	} `json:"sortBy"`
}

// list gives one level below a folder: its objects, and folders with nothing but a name.
func (e *Emulator) list(w http.ResponseWriter, r *http.Request, rest string) error {
	bucketName, _, err := segments(rest)
	if err != nil {
		return err
	}
	var q listRequest
	if err := decode(w, r, &q); err != nil {
		return err
	}
	limit := 100
	if q.Limit != nil {
		limit = *q.Limit
	}
	if limit < 1 || q.Offset < 0 {
		return refuse(400, "InvalidRequest", "Error", "body/limit must be >= 1")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	rows := e.level(bucketName, q)
	column := q.SortBy.Column
	slices.SortStableFunc(rows, func(a, b row) int {
		n := 0
		if column != "" && column != "name" {
			n = cmp.Compare(text(a[column]), text(b[column]))
		}
		if n == 0 {
			n = cmp.Compare(text(a["name"]), text(b["name"]))
		}
		if strings.EqualFold(q.SortBy.Order, "desc") {
			return -n
		}
		return n
	})
	rows = rows[min(q.Offset, len(rows)):]
	reply(w, rows[:min(limit, len(rows))])
	return nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// level collects what is directly below the prefix, which always stands for a folder.
func (e *Emulator) level(bucketName string, q listRequest) []row {
	folder := strings.TrimPrefix(q.Prefix, "/")
	if folder != "" && !strings.HasSuffix(folder, "/") {
		folder += "/"
	}
	rows, folders := []row{}, map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(e.objects[bucketName])) {
		name, ok := strings.CutPrefix(key, folder)
		if !ok || !strings.HasPrefix(strings.ToLower(name), strings.ToLower(q.Search)) {
			continue
		}
		sub, _, deeper := strings.Cut(name, "/")
		switch {
		case !deeper:
			rows = append(rows, e.row(e.objects[bucketName][key], name))
		case !folders[sub]:
			folders[sub] = true
			rows = append(rows, row{"name": sub, "id": nil, "updated_at": nil, "created_at": nil, "last_accessed_at": nil, "metadata": nil})
		}
	}
	return rows
}

// row is an object in a listing, under the name that it has there.
func (e *Emulator) row(o *object, name string) row {
	return row{
		"name": name, "id": o.ID, "updated_at": stamp(o.Updated), "created_at": stamp(o.Created), "last_accessed_at": stamp(o.Updated),
		"metadata": map[string]any{
			"eTag": e.etag(o), "size": o.Size, "mimetype": o.Type, "cacheControl": o.Cache, "lastModified": stamp(o.Updated),
			"contentLength": o.Size, "httpStatusCode": 200,
		},
	}
}
