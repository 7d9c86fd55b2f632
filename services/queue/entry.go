package queue

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"readme/services/books"
)

// version and kind are written into each entry: an old worker that meets a newer entry gives it up instead of guessing.
const (
	version = "1"
	kind    = "book.process"
)

// encode makes the fields of an entry. The payload is the id alone: everything else is in the row.
func encode(w books.Wakeup, now time.Time) []string {
	return []string{
		"v", version, "type", kind, "id", string(w.Book), "attempt", strconv.Itoa(w.Attempt),
		"trace", w.Trace, "enqueued_at", now.UTC().Format(time.RFC3339Nano),
	}
}

// decode reads an entry, whoever wrote it. Attempt and trace are for logs, so a bad one is no error.
func decode(m redis.XMessage) (books.Wakeup, error) {
	field := func(name string) string {
		text, _ := m.Values[name].(string)
		return text
	}
	if m.Values == nil {
		return books.Wakeup{}, errDeleted
	}
	if v, k := field("v"), field("type"); v != version || k != kind {
		return books.Wakeup{}, errors.New("decode wake-up: unknown version or type")
	}
	id, err := books.ParseID(field("id"))
	if err != nil {
		return books.Wakeup{}, fmt.Errorf("decode wake-up: book id: %w", err)
	}
	attempt, err := strconv.Atoi(field("attempt"))
	if err != nil {
		attempt = 0
	}
	return books.Wakeup{Book: id, Attempt: attempt, Trace: field("trace")}, nil
}

// errDeleted: the entry is still pending, but its content was trimmed away.
var errDeleted = errors.New("decode wake-up: the entry was deleted")
