package app

import (
	"context"

	"readme/cli/env"
	"readme/cli/ledger"
)

// pushes keeps what a run has written at the vendors, in the environment's own database.
type pushes struct {
	db      ledger.Database
	run, by string
}

// Key is read anew: the first run of an environment draws it with the lock, after its plan was made.
func (p pushes) Key(ctx context.Context) (env.Key, error) {
	raw, err := p.db.FingerprintKey(ctx)
	return env.NewKey(raw), err
}

func (p pushes) Note(ctx context.Context, service string, fingerprints map[string]string) error {
	list := make([]ledger.Pushed, 0, len(fingerprints))
	for name, f := range fingerprints {
		list = append(list, ledger.Pushed{Service: service, Variable: name, Fingerprint: f, Run: p.run, By: p.by})
	}
	return p.db.NotePushed(ctx, list)
}
