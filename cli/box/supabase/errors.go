package supabase

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// refusal is an error in Storage's words.
type refusal struct {
	Status  int
	Code    string
	Word    string // the older name
	Message string
}

func (r *refusal) Error() string { return r.Message }

func refuse(status int, code, word, message string) error {
	return &refusal{Status: status, Code: code, Word: word, Message: message}
}

var (
	errNoRoute  = errors.New("no such route")
	errNoBucket = refuse(404, "NoSuchBucket", "Bucket not found", "Bucket not found")
	errNoKey    = refuse(404, "NoSuchKey", "not_found", "Object not found")
	errTooLarge = refuse(413, "EntityTooLarge", "Payload too large", "The object exceeded the maximum allowed size")
	errExists   = refuse(409, "KeyAlreadyExists", "Duplicate", "The resource already exists")
)

// fail answers an error: HTTP 400 for nearly everything, with the real status as a text in the body. Only an internal
// error, and a database that times out, have a status of their own.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	switch {
	case errors.Is(err, errNoRoute):
		noRoute(w, r)
		return
	case errors.Is(err, errGateway):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"message":"Invalid API key","hint":"Double check your Supabase anon or service_role API key."}`))
		return
	}
	f := new(refusal)
	if !errors.As(err, &f) {
		f = &refusal{Status: 500, Code: "InternalError", Word: "Internal", Message: "Internal Server Error: " + err.Error()}
	}
	status := http.StatusBadRequest
	if f.Status == 500 || f.Status == 544 {
		status = f.Status
	}
	if r.Method == http.MethodHead {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"statusCode": strconv.Itoa(f.Status), "error": f.Word, "message": f.Message, "code": f.Code})
}

// noRoute is the web server's own 404: its statusCode is a number.
func noRoute(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(map[string]any{"message": "Route " + r.Method + ":" + r.URL.Path + " not found", "error": "Not Found", "statusCode": 404})
}

// notHere answers for what the box leaves out: Storage's S3 and resumable uploads.
func notHere(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusNotImplemented)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"statusCode": "501", "error": "NotSupported", "message": "The box has no S3 and no resumable uploads", "code": "NotSupported",
	})
}
