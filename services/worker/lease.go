package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"readme/services/books"
)

// hold runs work on a claimed book and renews its lease meanwhile. When the lease is lost, work's context ends and the
// error is books.ErrLost: the book may be another worker's by then.
func (w *worker) hold(ctx context.Context, log *slog.Logger, claimed books.Book, work func(context.Context, books.Book) error) error {
	ctx, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	limited, cancel := context.WithTimeout(ctx, w.set.limit)
	defer cancel()
	done, renewing := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(renewing)
		if err := w.renew(ctx, log, claimed, done); err != nil {
			lose(err)
		}
	}()
	err := work(limited, claimed)
	close(done)
	<-renewing
	switch {
	case errors.Is(context.Cause(ctx), books.ErrLost):
		return books.ErrLost
	case err != nil && errors.Is(limited.Err(), context.DeadlineExceeded):
		return fmt.Errorf("it took longer than %s: %w", w.set.limit, err)
	}
	return err
}

// renew renews the lease three times in its length until done is closed, and then returns nil; or it returns ErrLost when
// the lease is another's, or can have run out because the database did not answer for so long.
func (w *worker) renew(ctx context.Context, log *slog.Logger, claimed books.Book, done <-chan struct{}) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tick := time.NewTicker(w.set.lease / 3)
	defer tick.Stop()
	until := time.Now().Add(w.set.lease)
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		asked := time.Now()
		err := w.store.Renew(ctx, claimed, w.set.lease)
		switch {
		case err == nil:
			until = asked.Add(w.set.lease)
		case errors.Is(err, books.ErrLost), time.Now().After(until):
			return books.ErrLost
		case ctx.Err() == nil:
			log.Warn("could not renew the lease", "error", err)
		}
	}
}
