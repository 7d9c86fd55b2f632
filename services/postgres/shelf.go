package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"readme/services/books"
)

// columns are what scan reads, in its order.
const columns = `id::text, household_id::text, title, storage_path, status, size, sha256, attempts, error, created_at, updated_at`

func scan(row pgx.CollectableRow) (books.Book, error) {
	var b books.Book
	err := row.Scan(&b.ID, &b.Household, &b.Title, &b.Path, &b.Status, &b.Size, &b.SHA256, &b.Attempts, &b.Error,
		&b.CreatedAt, &b.UpdatedAt)
	return b, err
}

// Add inserts the row; the times are the database's.
func (s *Store) Add(ctx context.Context, b books.Book) error {
	return s.exec(ctx, "add book", `
		insert into public.books (id, household_id, title, storage_path, status, size, sha256)
		values ($1::uuid, $2::uuid, $3, $4, 'uploading', $5, $6)`,
		string(b.ID), string(b.Household), b.Title, b.Path, b.Size, b.SHA256)
}

// Get reads the row.
func (s *Store) Get(ctx context.Context, id books.ID) (books.Book, error) {
	return s.one(ctx, "get book", books.ErrNotFound, `select `+columns+` from public.books where id = $1::uuid`, string(id))
}

// Remove deletes the row.
func (s *Store) Remove(ctx context.Context, id books.ID) error {
	met, err := s.change(ctx, "remove book", `delete from public.books where id = $1::uuid`, string(id))
	if err == nil && met == 0 {
		return books.ErrNotFound
	}
	return err
}

// one is the single book that a query returns, or none as the error.
func (s *Store) one(ctx context.Context, action string, none error, sql string, args ...any) (books.Book, error) {
	found, err := collect(ctx, s, action, scan, sql, args...)
	switch {
	case err != nil:
		return books.Book{}, err
	case len(found) == 0:
		return books.Book{}, none
	}
	return found[0], nil
}
