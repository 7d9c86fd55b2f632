package supabase

import (
	"net/http"
	"strings"
)

// Handler serves the API below /storage/v1. It routes by itself: http.ServeMux would clean the paths of keys.
func (e *Emulator) Handler() http.Handler { return e.faults.Handler(http.HandlerFunc(e.serve), nil) }

func (e *Emulator) serve(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix+"/")
	switch {
	case !ok:
		noRoute(w, r)
		return
	case path == "status" && r.Method == http.MethodGet:
		return
	case path == "version" && r.Method == http.MethodGet:
		_, _ = w.Write([]byte(version))
		return
	case path == "s3" || strings.HasPrefix(path, "s3/") || strings.HasPrefix(path, "upload/resumable"):
		notHere(w)
		return
	}
	part, rest, _ := strings.Cut(path, "/")
	err := e.disturb(r, part)
	if err == nil {
		err = e.route(w, r, part, rest)
	}
	fail(w, r, err)
}

func (e *Emulator) route(w http.ResponseWriter, r *http.Request, part, rest string) error {
	if part == "object" && needsNoKey(r.Method, rest) {
		return e.open(w, r, rest)
	}
	who, err := e.authorize(r)
	switch {
	case err != nil && part == "object" && plainRead(r.Method, rest):
		return e.readPublic(w, r, rest) // with no key, or a bad one, it is what anybody may read
	case err != nil:
		return err
	case part == "health":
		reply(w, map[string]any{"healthy": true})
		return nil
	case part == "bucket" && who == service:
		return e.bucketRoute(w, r, rest)
	case part == "object" && who == service:
		return e.objectRoute(w, r, rest)
	case part == "bucket":
		return e.strangersBuckets(w, r, rest)
	case part == "object":
		return e.strangersObjects(w, r, rest)
	}
	return errNoRoute
}

func (e *Emulator) objectRoute(w http.ResponseWriter, r *http.Request, rest string) error {
	word, after, _ := strings.Cut(rest, "/")
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case r.Method == http.MethodPost:
		return e.postObject(w, r, word, after, rest)
	case word == "info" && reads:
		return e.info(w, strings.TrimPrefix(after, "authenticated/"))
	case word == "authenticated" && reads:
		return e.download(w, r, after)
	case reads:
		return e.download(w, r, rest)
	case r.Method == http.MethodPut:
		return e.upload(w, r, rest)
	case r.Method == http.MethodDelete && after == "":
		return e.deleteMany(w, r, rest)
	case r.Method == http.MethodDelete:
		return e.deleteOne(w, r, rest)
	}
	return errNoRoute
}

func (e *Emulator) postObject(w http.ResponseWriter, r *http.Request, word, after, rest string) error {
	path, ofSigned := strings.CutPrefix(after, "sign/")
	switch {
	case word == "list":
		return e.list(w, r, after)
	case word == "list-v2":
		return e.listV2(w, r, after)
	case word == "copy" && after == "":
		return e.copyObject(w, r)
	case word == "move" && after == "":
		return e.moveObject(w, r)
	case word == "sign" && !strings.Contains(after, "/"):
		return e.signMany(w, r, after)
	case word == "sign":
		return e.sign(w, r, after)
	case word == "upload" && ofSigned:
		return e.signUpload(w, r, path)
	}
	return e.upload(w, r, rest)
}

// needsNoKey: objects of public buckets, and signed addresses.
func needsNoKey(method, rest string) bool {
	reads := method == http.MethodGet || method == http.MethodHead
	switch {
	case strings.HasPrefix(rest, "public/"), strings.HasPrefix(rest, "info/public/"), strings.HasPrefix(rest, "sign/"):
		return reads
	case strings.HasPrefix(rest, "upload/sign/"):
		return method == http.MethodPut
	}
	return false
}

// plainRead: GET /object/bucket/key and its info take a request without a good key for a stranger's.
func plainRead(method, rest string) bool {
	return (method == http.MethodGet || method == http.MethodHead) && !strings.HasPrefix(rest, "authenticated/") && !strings.HasPrefix(rest, "info/authenticated/")
}
