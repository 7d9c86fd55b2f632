package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"readme/services/books"
)

const (
	receiving = 10 * time.Minute // for the client to send the form
	// storing is for what comes after it. It ends long before the sweep takes the upload for abandoned (15 minutes).
	storing      = 5 * time.Minute
	politeness   = 5 * time.Second  // for a refused client to finish sending, and to read why
	tidying      = 10 * time.Second // to take back what a failed upload has begun
	wakePatience = 2 * time.Second  // a queue that is away must not keep an upload waiting
)

// upload takes a book: on our disk, row, file in the store, promise in the row, wake-up. After each step a crash leaves
// a row from which the sweep goes on.
func (a *api) upload(w http.ResponseWriter, r *http.Request) {
	select {
	case a.spools <- struct{}{}:
		defer func() { <-a.spools }()
	default:
		w.Header().Set("Retry-After", "5")
		a.fail(w, r, refused(http.StatusServiceUnavailable, "busy", "too many uploads at once, try again in a moment"))
		return
	}
	limit := a.cfg.maxFile + overhead
	if r.ContentLength > limit {
		a.fail(w, r, tooLarge(a.cfg.maxFile))
		return
	}
	deadlines := http.NewResponseController(w)
	_ = deadlines.SetReadDeadline(time.Now().Add(receiving))
	_ = deadlines.SetWriteDeadline(time.Now().Add(receiving + storing + time.Minute))
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	f, err := readForm(r, a.cfg.maxFile)
	defer f.close()
	if err != nil {
		// A client that is still sending would be cut off before it has read why.
		_ = deadlines.SetReadDeadline(time.Now().Add(politeness))
		_, _ = io.Copy(io.Discard, r.Body)
		a.fail(w, r, err)
		return
	}
	// From here on the upload is ours: it is finished even if the client leaves.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storing)
	defer cancel()
	b, err := a.keep(ctx, f)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.wake(ctx, b)
	a.answer(w, http.StatusOK, struct {
		ID     books.ID     `json:"book_id"`
		Status books.Status `json:"status"`
	}{b.ID, books.Uploaded})
}

// keep brings the book to Uploaded.
func (a *api) keep(ctx context.Context, f *form) (books.Book, error) {
	fresh, err := uuid.NewV7()
	if err != nil {
		return books.Book{}, err
	}
	id := books.ID(fresh.String())
	b := books.Book{
		ID: id, Household: f.household, Title: f.title, Path: books.PathOf(f.household, id), Size: f.file.size, SHA256: f.file.sha256,
	}
	if err := a.shelf.Add(ctx, b); err != nil {
		// An add whose answer was lost leaves a row without a file; the sweep gives it up.
		return b, away("database_unavailable", "the database does not answer; nothing was stored, try again", err)
	}
	if err := a.files.Put(ctx, b.Path, f.file.file, b.Size); err != nil {
		a.takeBack(ctx, b, "the file store did not take the file")
		return b, away("storage_unavailable", "the file store did not take the file; try again", err)
	}
	err = a.shelf.Stored(ctx, id)
	if errors.Is(err, books.ErrNotFound) {
		a.takeBack(ctx, b, "")
		return b, refused(http.StatusConflict, "book_deleted", "the book was deleted while it was uploaded")
	}
	if err != nil {
		return b, away("database_unavailable", "the file of book "+string(id)+
			" is stored, but the database does not answer any more; it is taken up by itself as soon as that is back, do not send it again", err)
	}
	return b, nil
}

// takeBack undoes a failed upload as far as it can: the row first, because the sweep would take up a file that it finds.
func (a *api) takeBack(ctx context.Context, b books.Book, reason string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
	defer cancel()
	if err := a.shelf.Spoiled(ctx, b.ID, reason); err != nil {
		a.log.Warn("a failed upload is left to the sweep", "request_id", requestID(ctx), "book_id", b.ID, "error", err)
		return
	}
	if err := a.files.Delete(ctx, b.Path); err != nil {
		a.log.Warn("the file of a failed upload may be left; DELETE of the book removes it", "request_id", requestID(ctx),
			"book_id", b.ID, "error", err)
	}
}

// wake tells the queue, if that answers at once. If not, the sweep will.
func (a *api) wake(ctx context.Context, b books.Book) {
	ctx, cancel := context.WithTimeout(ctx, wakePatience)
	defer cancel()
	err := a.queue.Enqueue(ctx, books.Wakeup{Book: b.ID, Attempt: 1, Trace: requestID(ctx)})
	if err == nil {
		err = a.shelf.Enqueued(ctx, b.ID)
	}
	if err != nil {
		a.log.Warn("the wake-up is left to the sweep", "request_id", requestID(ctx), "book_id", b.ID, "error", err)
	}
}
