package postgres

import (
	"context"
	"time"

	"readme/services/books"
)

// Stored is the promise: after this commit the book gets processed, whatever happens to us or to the queue.
func (s *Store) Stored(ctx context.Context, id books.ID) error {
	met, err := s.change(ctx, "mark book as uploaded", `
		update public.books set status = 'uploaded', enqueued_at = null, next_attempt_at = now(), updated_at = now()
		where id = $1::uuid and status = 'uploading'`, string(id))
	if err != nil || met == 1 {
		return err
	}
	// The sweep may have found the file first.
	_, err = s.one(ctx, "mark book as uploaded", books.ErrNotFound,
		`select `+columns+` from public.books where id = $1::uuid and status in ('uploaded', 'processing', 'ready')`, string(id))
	return err
}

// Spoiled gives up an upload.
func (s *Store) Spoiled(ctx context.Context, id books.ID, reason string) error {
	return s.exec(ctx, "give up upload", `
		update public.books set status = 'failed', error = $2, updated_at = now()
		where id = $1::uuid and status = 'uploading'`, string(id), reason)
}

// Abandoned pushes next_attempt_at of what it lists, so that nobody else looks at the same rows in the same minute.
func (s *Store) Abandoned(ctx context.Context, age time.Duration, limit int) ([]books.Book, error) {
	return collect(ctx, s, "list abandoned uploads", scan, `
		with old as materialized (
			select id as old_id from public.books
			where status = 'uploading' and created_at < now() - make_interval(secs => $1) and next_attempt_at <= now()
			order by created_at limit $2 for update skip locked)
		update public.books set next_attempt_at = now() + interval '1 minute' from old where id = old_id
		returning `+columns, age.Seconds(), limit)
}
