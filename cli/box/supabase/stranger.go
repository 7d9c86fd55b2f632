package supabase

import (
	"net/http"
	"net/url"
	"strings"
)

// What a key without rights meets: row level security without policies hides every row and refuses every new one.
var errPolicy = refuse(403, "AccessDenied", "Unauthorized", "new row violates row-level security policy")

func (e *Emulator) strangersBuckets(w http.ResponseWriter, r *http.Request, rest string) error {
	switch {
	case rest == "" && r.Method == http.MethodPost:
		return errPolicy
	case rest == "" && r.Method == http.MethodGet:
		reply(w, []any{})
		return nil
	case rest == "":
		return errNoRoute
	}
	return errNoBucket
}

func (e *Emulator) strangersObjects(w http.ResponseWriter, r *http.Request, rest string) error {
	word, after, _ := strings.Cut(rest, "/")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		path := strings.TrimPrefix(strings.TrimPrefix(rest, "info/"), "authenticated/")
		if err := e.known(path); err != nil {
			return err
		}
		if !e.public(path) {
			return errNoKey
		}
		return e.objectRoute(w, r, rest)
	case http.MethodDelete:
		if after == "" {
			reply(w, []any{})
			return nil
		}
		return errNoKey
	case http.MethodPut:
		if err := e.known(rest); err != nil {
			return err
		}
		return errPolicy
	case http.MethodPost:
		return e.strangersPost(w, r, word, after, rest)
	}
	return errNoRoute
}

func (e *Emulator) strangersPost(w http.ResponseWriter, r *http.Request, word, after, rest string) error {
	switch {
	case word == "list":
		reply(w, []any{})
		return nil
	case word == "list-v2":
		reply(w, page{Folders: []row{}, Objects: []row{}})
		return nil
	case word == "sign" && !strings.Contains(after, "/"):
		return e.signWith(w, r, after, func(string, string) bool { return false })
	case word == "sign", word == "copy", word == "move":
		return errNoKey
	}
	if path, ok := strings.CutPrefix(rest, "upload/sign/"); ok {
		rest = path
	}
	if err := e.known(rest); err != nil {
		return err
	}
	return errPolicy
}

// known refuses the path of an object in a bucket that does not exist: that much Storage tells everybody.
func (e *Emulator) known(rest string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := e.bucket(bucketOf(rest))
	return err
}

// public reports whether the object's bucket is open to all.
func (e *Emulator) public(rest string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, err := e.bucket(bucketOf(rest))
	return err == nil && b.Public
}

func bucketOf(rest string) string {
	name, _, _ := strings.Cut(rest, "/")
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// readPublic is a read without a good key.
func (e *Emulator) readPublic(w http.ResponseWriter, r *http.Request, rest string) error {
	path, info := strings.CutPrefix(rest, "info/")
	if !e.public(path) {
		return errNoBucket
	}
	if info {
		return e.info(w, path)
	}
	return e.download(w, r, path)
}
