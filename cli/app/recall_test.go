package app_test

import (
	"testing"

	"readme/cli/app"
	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
)

// Between a plan and its lock another release may have pushed: a plan that does not know that would write over it.
func TestLock_readsAgainWhatOthersHavePushed(t *testing.T) {
	url := pgtest.Database(t)
	push := func(fingerprint string) func(ledger.Database) error {
		return func(db ledger.Database) error {
			if err := db.Prepare(t.Context()); err != nil {
				return err
			}
			return db.NotePushed(t.Context(), []ledger.Pushed{{Service: "bot", Variable: "KEY", Fingerprint: fingerprint}})
		}
	}
	// Before there is a key the plan goes on without one, and without what is on record under it.
	before, after, known, err := app.Locking(t.Context(), t.TempDir(), "dev", url, push("one"))
	if err != nil || known || len(before)+len(after) != 0 {
		t.Errorf("before there is a key: %v and %v, %t, %v", before, after, known, err)
	}
	before, after, known, err = app.Locking(t.Context(), t.TempDir(), "dev", url, push("two"))
	if err != nil || !known || len(before) != 1 || len(after) != 1 || before[0].Fingerprint != "one" || after[0].Fingerprint != "two" {
		t.Errorf("got %v and %v, %t, %v", before, after, known, err)
	}
}
