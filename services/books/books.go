// Package books holds the nouns of the product, and what its services ask of a database, a store of files and a queue.
package books

import (
	"errors"
	"time"
)

// Status is where a book is on its way from the upload to the reader.
type Status string

// The ways of a book: Uploading -> Uploaded -> Processing -> Ready. Uploaded is the promise: from then on nothing but
// a failed processing keeps the book from getting ready. Processing goes back to Uploaded when an attempt fails.
const (
	Uploading  Status = "uploading"
	Uploaded   Status = "uploaded"
	Processing Status = "processing"
	Ready      Status = "ready"
	Failed     Status = "failed"
)

// Errors that every implementation returns, wrapped or plain, for errors.Is.
var (
	// ErrNotFound: there is no such book, or no such file.
	ErrNotFound = errors.New("not found")
	// ErrTaken: the book is not for us to process now: it is done, given up, not yet stored, waits for its next attempt,
	// or another worker holds its lease.
	ErrTaken = errors.New("not to be processed now")
	// ErrLost: the lease ran out and the book is another worker's, or it was deleted. Whatever this worker still wants to
	// say about it must not count.
	ErrLost = errors.New("lease lost")
)

// Book is one row. The row, not the queue, says what there is to do.
type Book struct {
	ID        ID
	Household ID
	Title     string
	Path      string // where the file lies in the store, see PathOf
	Status    Status
	Size      int64  // bytes of the file
	SHA256    string // hex, of the file
	Attempts  int    // how often a worker has claimed it; also the fence: only the latest claim may change the row
	Error     string // why the last attempt failed, in words for a founder; "" if none did
	CreatedAt time.Time
	UpdatedAt time.Time
}

// PathOf is the path of a book's file. No part of it comes from the uploader: stores refuse many letters that names of
// files have, and one household must never name another one's file.
func PathOf(household, book ID) string {
	return string(household) + "/books/" + string(book) + ".pdf"
}
