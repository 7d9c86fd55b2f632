package main

import (
	"context"
	"errors"
	"fmt"

	"readme/services/books"
)

const (
	// maxBatches bounds one sweep: after a flush of Redis a lot may be due.
	maxBatches = 50
	// patienceWhenBusy makes wake-ups stale so many times later while all our slots are taken: they wait in the queue most
	// likely, and to send them again would only make the queue longer. Not never: a queue that is always full must not
	// hide what it has lost.
	patienceWhenBusy = 10
)

// sweepUntil sweeps at once and then every so often, until ctx ends.
func (w *worker) sweepUntil(ctx context.Context) {
	for {
		if err := w.sweep(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("the sweep did not finish; the next one goes on", "error", err)
		}
		if !sleep(ctx, spread(w.set.every)) {
			return
		}
	}
}

// sweep wakes workers for what is stuck, and ends uploads that nobody will end.
func (w *worker) sweep(ctx context.Context) error {
	return errors.Join(w.wakeDue(ctx), w.endAbandoned(ctx))
}

func (w *worker) wakeDue(ctx context.Context) error {
	stale := w.set.stale
	if w.consumer.Busy() {
		stale *= patienceWhenBusy
	}
	for range maxBatches {
		due, err := w.store.Due(ctx, stale, w.set.batch)
		if err != nil {
			return err
		}
		for i, wake := range due {
			// Those that are left over count as sent; they are due again when that is stale.
			if err := w.queue.Enqueue(ctx, wake); err != nil {
				return fmt.Errorf("%w (%d books wait)", err, len(due)-i)
			}
			w.log.Info("woke a worker again", "book_id", string(wake.Book), "attempt", wake.Attempt)
		}
		if len(due) < w.set.batch {
			break
		}
	}
	return nil
}

// endAbandoned looks into storage for uploads whose api died on the way: the file is there, and only the row does not
// say so, or it is not.
func (w *worker) endAbandoned(ctx context.Context) error {
	old, err := w.store.Abandoned(ctx, w.set.abandoned, w.set.batch)
	if err != nil {
		return err
	}
	for _, book := range old {
		if err := w.endUpload(ctx, book); err != nil {
			return err // most likely storage is away, and for the others too: they are listed again in a minute
		}
	}
	return nil
}

func (w *worker) endUpload(ctx context.Context, book books.Book) error {
	log := w.log.With("book_id", string(book.ID))
	size, err := w.files.Stat(ctx, book.Path)
	why := ""
	switch {
	case errors.Is(err, books.ErrNotFound):
		why = "the upload was never finished"
	case err != nil:
		return fmt.Errorf("look for an abandoned upload: %w", err)
	case size != book.Size:
		why = fmt.Sprintf("the file in storage has %d bytes, but %d were to be uploaded", size, book.Size)
	}
	if why != "" {
		log.Warn("gave an abandoned upload up", "reason", why)
		return w.store.Spoiled(ctx, book.ID, why)
	}
	log.Info("found the file of an abandoned upload")
	if err := w.store.Stored(ctx, book.ID); !errors.Is(err, books.ErrNotFound) { // deleted meanwhile
		return err
	}
	return nil
}
