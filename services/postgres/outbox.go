package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/services/books"
)

// Due notes the sending in the statement that finds the rows, and skips what another worker is about to send.
func (s *Store) Due(ctx context.Context, stale time.Duration, limit int) ([]books.Wakeup, error) {
	return collect(ctx, s, "sweep books", scanWakeup, `
		with due as materialized (
			select id as due_id from public.books
			where coalesce(enqueued_at, created_at) < now() - make_interval(secs => $1)
			  and ((status = 'uploaded' and next_attempt_at <= now()) or (status = 'processing' and lease_until < now()))
			order by created_at limit $2 for update skip locked)
		update public.books set enqueued_at = now() from due where id = due_id
		returning id::text, attempts + 1`, stale.Seconds(), limit)
}

func scanWakeup(row pgx.CollectableRow) (books.Wakeup, error) {
	w := books.Wakeup{Trace: "sweep"}
	err := row.Scan(&w.Book, &w.Attempt)
	return w, err
}

// Enqueued notes the sending.
func (s *Store) Enqueued(ctx context.Context, id books.ID) error {
	return s.exec(ctx, "mark book as enqueued", `update public.books set enqueued_at = now() where id = $1::uuid`, string(id))
}
