package main

import (
	"errors"
	"net/http"
	"time"

	"readme/services/books"
)

// shown is a book as the admin sees it.
type shown struct {
	ID        books.ID     `json:"book_id"`
	Household books.ID     `json:"household_id"`
	Title     string       `json:"title"`
	Status    books.Status `json:"status"`
	Size      int64        `json:"size"`
	SHA256    string       `json:"sha256"`
	Attempts  int          `json:"attempts"`
	Error     string       `json:"error,omitempty"`
	CreatedAt time.Time    `json:"created_at"`
	UpdatedAt time.Time    `json:"updated_at"`
}

func (a *api) get(w http.ResponseWriter, r *http.Request) {
	b, err := a.find(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.answer(w, http.StatusOK, shown{
		b.ID, b.Household, b.Title, b.Status, b.Size, b.SHA256, b.Attempts, b.Error, b.CreatedAt.UTC(), b.UpdatedAt.UTC(),
	})
}

// remove deletes the file first: as long as the row is there, a DELETE that was cut short can be repeated.
func (a *api) remove(w http.ResponseWriter, r *http.Request) {
	b, err := a.find(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if err := a.files.Delete(r.Context(), b.Path); err != nil {
		a.fail(w, r, away("storage_unavailable", "the file store does not answer; nothing was deleted for sure, try again", err))
		return
	}
	if err := a.shelf.Remove(r.Context(), b.ID); err != nil && !errors.Is(err, books.ErrNotFound) {
		a.fail(w, r, away("database_unavailable", "the database does not answer; the file is deleted, the book is not, try again", err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// find is the book of the address.
func (a *api) find(r *http.Request) (books.Book, error) {
	id, err := books.ParseID(r.PathValue("id"))
	if err != nil {
		return books.Book{}, refused(http.StatusBadRequest, "book_id_invalid", "the book id is no UUID: "+err.Error())
	}
	b, err := a.shelf.Get(r.Context(), id)
	switch {
	case errors.Is(err, books.ErrNotFound):
		return books.Book{}, refused(http.StatusNotFound, "book_not_found", "there is no such book")
	case err != nil:
		return books.Book{}, away("database_unavailable", "the database does not answer, try again", err)
	}
	return b, nil
}
