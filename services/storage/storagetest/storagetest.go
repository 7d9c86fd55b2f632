// Package storagetest is a small Supabase Storage for the tests of the services: it answers as the real server was seen
// to answer, status 400 for nearly every error included.
package storagetest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Key is the secret key that a Storage accepts.
const Key = "sb_secret_for_tests_only"

// Storage is one bucket, "books", in memory.
type Storage struct {
	URL string

	mu      sync.Mutex
	objects map[string][]byte
	calls   []string
	refuse  func(r *http.Request) *Refusal
}

// Refusal is an answer instead of the real one. Cut ends the connection without any.
type Refusal struct {
	HTTP int
	Body string
	Cut  bool
}

// New serves an empty bucket until the test ends.
func New(tb testing.TB) *Storage {
	tb.Helper()
	s := &Storage{objects: map[string][]byte{}}
	server := httptest.NewServer(s)
	tb.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Refuse asks f about every call from now on: nil lets it through.
func (s *Storage) Refuse(f func(r *http.Request) *Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

// Objects copies what lies in the bucket.
func (s *Storage) Objects() map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.objects)
}

// Keep puts an object into the bucket, past the interface.
func (s *Storage) Keep(path string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[path] = content
}

// Calls lists method and path of every call so far.
func (s *Storage) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Storage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != nil {
		if no := refuse(r); no != nil {
			if no.Cut {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(no.HTTP)
			_, _ = io.WriteString(w, no.Body)
			return
		}
	}
	if r.Header.Get("apikey") != Key || r.Header.Get("Authorization") != "Bearer "+Key {
		w.WriteHeader(http.StatusUnauthorized) // the gateway, in its own shape
		_, _ = io.WriteString(w, `{"message":"Invalid API key","hint":"Double check your key"}`)
		return
	}
	path, _ := strings.CutPrefix(r.URL.Path, "/storage/v1")
	if path == "/bucket/books" {
		_, _ = io.WriteString(w, `{"id":"books","name":"books","public":false}`)
		return
	}
	if info, ok := strings.CutPrefix(path, "/object/info/books/"); ok && r.Method == http.MethodGet {
		s.info(w, info)
		return
	}
	if object, ok := strings.CutPrefix(path, "/object/books/"); ok {
		s.object(w, r, object)
		return
	}
	fail(w, "404", "NoSuchBucket", "Bucket not found")
}

func (s *Storage) object(w http.ResponseWriter, r *http.Request, path string) {
	if r.Method == http.MethodPost {
		s.upload(w, r, path)
		return
	}
	s.mu.Lock()
	content, there := s.objects[path]
	if r.Method == http.MethodDelete {
		delete(s.objects, path)
	}
	s.mu.Unlock()
	switch {
	case !there:
		fail(w, "404", "NoSuchKey", "Object not found")
	case r.Method == http.MethodDelete:
		_, _ = io.WriteString(w, `{"message":"Successfully deleted"}`)
	default:
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content)
	}
}

func (s *Storage) upload(w http.ResponseWriter, r *http.Request, path string) {
	switch {
	case r.ContentLength < 0:
		fail(w, "411", "MissingContentLength", "a body of unknown length would slip past the size limit")
		return
	case r.Header.Get("Content-Type") != "application/pdf":
		fail(w, "415", "InvalidMimeType", "mime type not supported")
		return
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return // a truncated upload leaves no object
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.objects[path]; there && r.Header.Get("x-upsert") != "true" {
		fail(w, "409", "KeyAlreadyExists", "The resource already exists")
		return
	}
	s.objects[path] = content
	_ = json.NewEncoder(w).Encode(map[string]string{"Key": "books/" + path})
}

func (s *Storage) info(w http.ResponseWriter, path string) {
	content, there := s.Objects()[path]
	if !there {
		fail(w, "404", "NoSuchKey", "Object not found")
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"name": path, "size": len(content), "content_type": "application/pdf"})
}

// fail answers as the real server does: the truth is in the body.
func fail(w http.ResponseWriter, status, code, message string) {
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"statusCode": status, "error": "not_" + code, "message": message, "code": code})
}
