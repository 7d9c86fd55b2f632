package books

import (
	"context"
	"io"
	"time"
)

// Store is the table of books. All methods are safe for concurrent use, and any of them may fail with an error of the
// database's own, which means: unknown, ask again later.
type Store interface {
	Shelf
	Uploads
	Jobs
	Outbox
}

// Shelf adds, finds and removes books.
type Shelf interface {
	// Add writes the row with status Uploading, before the file is sent: whatever is left behind later can be seen from it.
	Add(ctx context.Context, b Book) error
	// Get returns the book, or ErrNotFound.
	Get(ctx context.Context, id ID) (Book, error)
	// Remove deletes the row, whatever its status, or returns ErrNotFound.
	Remove(ctx context.Context, id ID) error
}

// Uploads brings a book from Uploading to Uploaded.
type Uploads interface {
	// Stored says that the whole file lies in the store. It is nil too if that was known already, and ErrNotFound if the
	// book was deleted, or given up, in the meantime.
	Stored(ctx context.Context, id ID) error
	// Spoiled gives up an upload: Uploading -> Failed, with the reason. A book of any other status, or none, is left alone.
	Spoiled(ctx context.Context, id ID, reason string) error
	// Abandoned lists up to limit books that have been Uploading for longer than age. A book that was listed is not
	// listed again within the next minute, so that several workers share the list.
	Abandoned(ctx context.Context, age time.Duration, limit int) ([]Book, error)
}

// Jobs is the processing of one book by one worker at a time.
type Jobs interface {
	// Claim takes the book for the length of the lease and counts an attempt. It succeeds for a book that is Uploaded, and
	// for one whose lease has run out. Otherwise ErrTaken, with the book as it is; ErrNotFound if there is none.
	Claim(ctx context.Context, id ID, lease time.Duration) (Book, error)
	// Renew makes the lease of a claimed book run from now, or returns ErrLost.
	Renew(ctx context.Context, claimed Book, lease time.Duration) error
	// Settle ends the claim, or returns ErrLost.
	Settle(ctx context.Context, claimed Book, v Verdict) error
}

// Verdict is how an attempt ended: with Ready, with Failed for good, or with Uploaded for another attempt after a while.
type Verdict struct {
	Status Status
	Reason string        // kept in the row's Error; "" for Ready
	After  time.Duration // for Uploaded: not before this has passed
}

// Outbox finds what the queue should know, and does not: the answer to a crash between a row and its wake-up, and to a
// queue that has forgotten.
type Outbox interface {
	// Due lists up to limit books that wait for a worker, whose last wake-up is older than stale, and notes that they are
	// sent now. Two callers never get the same book at once.
	Due(ctx context.Context, stale time.Duration, limit int) ([]Wakeup, error)
	// Enqueued notes that a wake-up was sent just now.
	Enqueued(ctx context.Context, id ID) error
}

// Blobs is the store of files. All methods are safe for concurrent use.
type Blobs interface {
	// Put stores size bytes of body under path and replaces what is there, so it may be repeated. After an error the file
	// may be there or not, but is never there in part.
	Put(ctx context.Context, path string, body io.ReaderAt, size int64) error
	// Stat returns the size of the file, or ErrNotFound.
	Stat(ctx context.Context, path string) (int64, error)
	// Open reads the file from its start, or returns ErrNotFound. A cut connection shows as an error of Read.
	Open(ctx context.Context, path string) (io.ReadCloser, error)
	// Delete removes the file; nil too if there is none.
	Delete(ctx context.Context, path string) error
}

// Queue wakes a worker. It may lose what it was given and may give it twice: the row says what is true.
type Queue interface {
	Enqueue(ctx context.Context, w Wakeup) error
}

// Wakeup names a book that waits for a worker.
type Wakeup struct {
	Book    ID
	Attempt int    // the attempt that it will be, from 1
	Trace   string // the request or the sweep that asked for it, for the logs
}
