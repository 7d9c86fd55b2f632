package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"

	"readme/cli/release"
)

// ConflictError says that two records of a run differ in an event: it went on in two places.
type ConflictError struct {
	Run string
	Seq int64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("event %d of run %s stands in this machine's record with another content than in the environment's", e.Seq, e.Run)
}

// Merge gives the union of a run's events from its journal and from the database, each a record without gaps, or empty. Where they differ it
// gives the database's, which is the truth, beside a *ConflictError.
func Merge(journal, database []release.Event) ([]release.Event, error) {
	longer := journal
	if len(database) > len(journal) {
		longer = database
	}
	for i := range min(len(journal), len(database)) {
		a, err := json.Marshal(journal[i])
		if err != nil {
			return nil, fmt.Errorf("merge records: %w", err)
		}
		b, err := json.Marshal(database[i])
		if err != nil {
			return nil, fmt.Errorf("merge records: %w", err)
		}
		if !bytes.Equal(a, b) {
			return database, &ConflictError{Run: database[i].Run, Seq: database[i].Seq}
		}
	}
	return longer, nil
}
