package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"readme/services/books"
	"readme/services/queue"
)

// maxReason bounds what is kept of an error in a row and in a dead letter, in bytes.
const maxReason = 500

// handle works on one wake-up. ctx ends when the drain time is over.
func (w *worker) handle(ctx context.Context, wake books.Wakeup) queue.Outcome {
	log := w.log.With("book_id", string(wake.Book), "trace", wake.Trace)
	claimed, err := w.claim(ctx, log, wake.Book)
	switch {
	case errors.Is(err, books.ErrTaken) && claimed.Status == books.Failed:
		// It was given up, but its wake-up is still here: perhaps we died, or Redis was away, before the dead letter.
		// Better two of them than none.
		return queue.Outcome{Dead: cmp.Or(claimed.Error, "given up")}
	case errors.Is(err, books.ErrTaken), errors.Is(err, books.ErrNotFound):
		// If the worker that holds it dies, the sweep sends another wake-up.
		log.Debug("nothing to do for this wake-up", "status", string(claimed.Status))
		return queue.Outcome{}
	case err != nil:
		return queue.Outcome{Leave: true} // we are stopping; whoever takes the entry over has it
	}
	return w.attempt(ctx, log.With("attempt", claimed.Attempts), claimed)
}

// claim takes the book, and keeps asking while the database is away: a wake-up in hand fills a slot, so that no more are
// read meanwhile. Upstash ends a consumer that has 1,000 of them pending.
func (w *worker) claim(ctx context.Context, log *slog.Logger, id books.ID) (books.Book, error) {
	const first, longest = time.Second, 30 * time.Second
	for wait := first; ; wait = min(wait*2, longest) {
		claimed, err := w.store.Claim(ctx, id, w.set.lease)
		if err == nil || errors.Is(err, books.ErrTaken) || errors.Is(err, books.ErrNotFound) {
			return claimed, err
		}
		log.Warn("could not take the job, trying again", "error", err, "wait", wait.String())
		select {
		case <-ctx.Done():
			return books.Book{}, err
		case <-time.After(spread(wait)):
		}
	}
}

// attempt processes a claimed book and settles the claim.
func (w *worker) attempt(ctx context.Context, log *slog.Logger, claimed books.Book) queue.Outcome {
	if claimed.Attempts > w.set.tries {
		// Every attempt but the last ended without a word, so this book kills its workers. Do not touch it again.
		why := cmp.Or(claimed.Error, "the worker died each time it worked on this book")
		return w.settle(ctx, log, claimed, books.Verdict{Status: books.Failed, Reason: why})
	}
	log.Info("processing your book")
	began := time.Now()
	err := w.hold(ctx, log, claimed, w.process)
	log = log.With("took_ms", time.Since(began).Milliseconds())
	switch {
	case err == nil:
		return w.settle(ctx, log, claimed, books.Verdict{Status: books.Ready})
	case errors.Is(err, books.ErrLost):
		log.Warn("lost the lease; the book is another worker's, or deleted")
		return queue.Outcome{}
	case ctx.Err() != nil:
		// Not the book's fault: another worker may have it at once.
		return w.settle(ctx, log, claimed, books.Verdict{Status: books.Uploaded, Reason: "the worker was stopped"})
	case claimed.Attempts >= w.set.tries:
		return w.settle(ctx, log, claimed, books.Verdict{Status: books.Failed, Reason: reason(err)})
	}
	return w.settle(ctx, log, claimed, books.Verdict{Status: books.Uploaded, Reason: reason(err), After: w.pause(claimed.Attempts)})
}

// settle writes the verdict, also when the drain time is over, and decides what becomes of the wake-up.
func (w *worker) settle(ctx context.Context, log *slog.Logger, claimed books.Book, v books.Verdict) queue.Outcome {
	err := w.store.Settle(context.WithoutCancel(ctx), claimed, v)
	switch {
	case errors.Is(err, books.ErrLost):
		log.Warn("lost the lease; the book is another worker's, or deleted")
		return queue.Outcome{}
	case err != nil:
		log.Warn("could not record the end of the job; it will run again", "status", string(v.Status), "error", err)
		return queue.Outcome{Leave: true}
	}
	switch {
	case v.Status == books.Ready:
		log.Info("your book is ready")
		return queue.Outcome{}
	case v.Status == books.Failed:
		log.Error("gave the book up", "reason", v.Reason)
		return queue.Outcome{Dead: v.Reason}
	case v.After == 0:
		log.Warn("handed the book back", "reason", v.Reason)
		return queue.Outcome{Leave: true} // whoever takes the entry over need not wait for a sweep
	}
	log.Warn("the attempt failed", "reason", v.Reason, "retry_in", v.After.String())
	return queue.Outcome{} // the sweep sends the next wake-up, in time
}

// pause is the time before the attempt that follows the given one.
func (w *worker) pause(attempt int) time.Duration {
	wait := w.set.backoff
	for range attempt - 1 {
		wait = min(wait*4, w.set.longest)
	}
	return spread(wait)
}

// check is the work of this milestone: the file lies in storage, whole.
func (w *worker) check(ctx context.Context, b books.Book) error {
	size, err := w.files.Stat(ctx, b.Path)
	switch {
	case errors.Is(err, books.ErrNotFound):
		return errors.New("the file is not in storage")
	case err != nil:
		return fmt.Errorf("check the file: %w", err)
	case size != b.Size:
		return fmt.Errorf("the file in storage has %d bytes, but %d were uploaded", size, b.Size)
	}
	return nil
}

// reason is an error as a row can keep it: short, and nothing that Postgres refuses in a text.
func reason(err error) string {
	text := strings.ReplaceAll(err.Error(), "\x00", "")
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}
