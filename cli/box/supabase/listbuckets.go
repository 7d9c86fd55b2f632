package supabase

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// listBuckets takes ?search=, ?limit=, ?offset=, ?sortColumn= and ?sortOrder=.
func (e *Emulator) listBuckets(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	e.mu.Lock()
	defer e.mu.Unlock()
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(e.buckets)) {
		// Search is a part of the name, and its % and _ stand for themselves.
		if strings.Contains(strings.ToLower(name), strings.ToLower(q.Get("search"))) {
			m := e.buckets[name].json()
			m["type"] = "STANDARD"
			list = append(list, m)
		}
	}
	if column := q.Get("sortColumn"); column != "" {
		slices.SortStableFunc(list, func(a, b map[string]any) int { return cmp.Compare(text(a[column]), text(b[column])) })
	}
	if strings.EqualFold(q.Get("sortOrder"), "desc") {
		slices.Reverse(list)
	}
	list = list[min(number(q.Get("offset"), 0), len(list)):]
	reply(w, list[:min(number(q.Get("limit"), len(list)), len(list))])
	return nil
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return n
	}
	return otherwise
}
