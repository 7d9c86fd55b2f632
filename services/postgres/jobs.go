package postgres

import (
	"context"
	"errors"
	"time"

	"readme/services/books"
)

// Claim counts the attempt in the statement that takes the lease: the number that comes back belongs to this claim alone.
func (s *Store) Claim(ctx context.Context, id books.ID, lease time.Duration) (books.Book, error) {
	claimed, err := s.one(ctx, "claim book", books.ErrTaken, `
		update public.books
		set status = 'processing', attempts = attempts + 1, lease_until = now() + make_interval(secs => $2), updated_at = now()
		where id = $1::uuid
		  and ((status = 'uploaded' and next_attempt_at <= now()) or (status = 'processing' and lease_until < now()))
		returning `+columns, string(id), lease.Seconds())
	if !errors.Is(err, books.ErrTaken) {
		return claimed, err
	}
	if claimed, err = s.Get(ctx, id); err != nil {
		return books.Book{}, err
	}
	return claimed, books.ErrTaken
}

// Renew is fenced by the number of the attempt: who comes late with an old one changes nothing.
func (s *Store) Renew(ctx context.Context, claimed books.Book, lease time.Duration) error {
	return s.fenced(ctx, "renew lease", `
		update public.books set lease_until = now() + make_interval(secs => $3)
		where id = $1::uuid and attempts = $2 and status = 'processing'`, string(claimed.ID), claimed.Attempts, lease.Seconds())
}

// Settle is fenced as Renew is.
func (s *Store) Settle(ctx context.Context, claimed books.Book, v books.Verdict) error {
	return s.fenced(ctx, "settle book", `
		update public.books
		set status = $3, error = $4, next_attempt_at = now() + make_interval(secs => $5), lease_until = null, updated_at = now()
		where id = $1::uuid and attempts = $2 and status = 'processing'`,
		string(claimed.ID), claimed.Attempts, string(v.Status), v.Reason, v.After.Seconds())
}

func (s *Store) fenced(ctx context.Context, action, sql string, args ...any) error {
	met, err := s.change(ctx, action, sql, args...)
	if err == nil && met == 0 {
		return books.ErrLost
	}
	return err
}
