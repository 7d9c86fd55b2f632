package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"readme/services/books"
)

// records are log lines, each of which must be a JSON object.
type records struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newRecords() *records { return &records{changed: make(chan struct{})} }

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.changed)
	r.changed = make(chan struct{})
	return r.text.Write(p)
}

func (r *records) all(t *testing.T) (lines []map[string]any, changed <-chan struct{}) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range bytes.Lines(r.text.Bytes()) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // the rest is on its way
		}
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatalf("a log line is no JSON object: %s", line)
		}
		lines = append(lines, fields)
	}
	return lines, r.changed
}

// about lists the lines with this message about the book; "" is any book.
func (r *records) about(t *testing.T, msg string, id books.ID) []map[string]any {
	t.Helper()
	lines, _ := r.all(t)
	return slices.DeleteFunc(lines, func(f map[string]any) bool { return f["msg"] != msg || id != "" && f["book_id"] != string(id) })
}

// await waits until n lines with this message about the book were written, and returns the last one.
func (r *records) await(t *testing.T, n int, msg string, id books.ID) map[string]any {
	t.Helper()
	deadline := time.After(patient)
	for {
		_, changed := r.all(t)
		if found := r.about(t, msg, id); len(found) >= n {
			return found[n-1]
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%q was said less than %d times about %q; the log:\n%s", msg, n, id, r)
		}
	}
}

func (r *records) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}
