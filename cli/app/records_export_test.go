package app

import (
	"context"

	"readme/cli/ledger"
	"readme/cli/release"
)

// Latest gives the newest run of an environment by the journals in dir and a database, as a reader sees it, or (settled) as the holder of the
// lock does; ahead where the journal has what the database lacks.
func Latest(ctx context.Context, dir string, db ledger.Database, settled bool) (s *release.State, ahead bool, err error) {
	r := records{dir: dir, of: []ledger.Database{db}, say: func(string, ...any) {}}
	read := r.latest
	if settled {
		read = r.settled
	}
	k, err := read(ctx, db.Env)
	if k == nil {
		return nil, false, err
	}
	return k.State, k.Ahead, err
}

// Unclosed is what a release says to a run before it that could not be closed.
func Unclosed(s *release.State) error { return unclosed(s) }
