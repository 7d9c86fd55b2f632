package supabase

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

type listV2Request struct {
	Prefix    string `json:"prefix"`
	Limit     int    `json:"limit"`
	Cursor    string `json:"cursor"`
	Delimiter bool   `json:"with_delimiter"`
	SortBy    struct {
		Column string `json:"column"`
		Order  string `json:"order"`
	} `json:"sortBy"`
}

// page is one answer of list-v2. A folder ends with a slash and has no id.
type page struct {
	HasNext   bool   `json:"hasNext"`
	Cursor    string `json:"nextCursor,omitempty"`
	CursorKey string `json:"nextCursorKey,omitempty"`
	Folders   []row  `json:"folders"`
	Objects   []row  `json:"objects"`
}

// cursor says after which entry a page begins, and in which order.
type cursor struct {
	After  string `json:"after"`
	Value  string `json:"value,omitempty"` // of the column, where that is not the name
	Column string `json:"column,omitempty"`
	Order  string `json:"order,omitempty"`
}

// listV2 pages through a bucket's objects by whole names; with a delimiter it takes what is deeper together as folders.
func (e *Emulator) listV2(w http.ResponseWriter, r *http.Request, rest string) error {
	bucketName, _, err := segments(rest)
	if err != nil {
		return err
	}
	var q listV2Request
	if err := decode(w, r, &q); err != nil {
		return err
	}
	from := cursor{Column: cmp.Or(q.SortBy.Column, "name"), Order: q.SortBy.Order}
	if !slices.Contains([]string{"name", "created_at", "updated_at"}, from.Column) {
		return refuse(400, "InvalidRequest", "Error", "body/sortBy/column must be equal to one of the allowed values")
	}
	if q.Cursor != "" {
		raw, err := base64.StdEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(raw, &from) != nil {
			return refuse(400, "InvalidParameter", "InvalidParameter", "Invalid parameter cursor")
		}
	}
	e.mu.Lock()
	rows := e.below(bucketName, q)
	e.mu.Unlock()
	reply(w, turn(rows, from, min(cmp.Or(max(q.Limit, 0), 1000), 1000)))
	return nil
}

// below is called with mu held. Its rows are objects, and folders where the request wants them.
func (e *Emulator) below(bucketName string, q listV2Request) []row {
	rows, folders := []row{}, map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(e.objects[bucketName])) {
		name, ok := strings.CutPrefix(key, q.Prefix)
		if !ok {
			continue
		}
		sub, _, deeper := strings.Cut(name, "/")
		folder := q.Prefix + sub + "/"
		switch {
		case !q.Delimiter || !deeper:
			rows = append(rows, e.row(e.objects[bucketName][key], key))
		case !folders[folder]:
			folders[folder] = true
			rows = append(rows, row{"id": nil, "name": folder})
		}
	}
	return rows
}

// turn sorts the rows and gives those of one page.
func turn(rows []row, from cursor, limit int) page {
	order := func(a, b row) int {
		n := cmp.Or(cmp.Compare(text(a[from.Column]), text(b[from.Column])), cmp.Compare(text(a["name"]), text(b["name"])))
		if strings.EqualFold(from.Order, "desc") {
			return -n
		}
		return n
	}
	slices.SortFunc(rows, order)
	if from.After != "" {
		last := row{"name": from.After}
		if from.Column != "name" {
			last[from.Column] = from.Value
		}
		rows = slices.DeleteFunc(rows, func(r row) bool { return order(r, last) <= 0 })
	}
	p := page{Folders: []row{}, Objects: []row{}}
	if p.HasNext = len(rows) > limit; p.HasNext {
		rows = rows[:limit]
		last := rows[limit-1]
		p.CursorKey = text(last["name"])
		next := cursor{After: p.CursorKey, Value: text(last[from.Column]), Column: from.Column, Order: from.Order}
		raw, _ := json.Marshal(next)
		p.Cursor = base64.StdEncoding.EncodeToString(raw)
	}
	for _, r := range rows {
		if r["id"] == nil {
			p.Folders = append(p.Folders, r)
		} else {
			p.Objects = append(p.Objects, r)
		}
	}
	return p
}
