package smoke

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"readme/cli/release"
)

// sqlCheck asks the database.
type sqlCheck struct {
	query, equal string
	env          Env
}

func newSQLCheck(s SQL, env Env) (*sqlCheck, error) {
	if env.Query == nil {
		return nil, errors.New("nobody can ask the database here")
	}
	// References stand inside of '…' in a query, and what they bring must not end it.
	query, err := Expand(s.Query, func(name string) (string, bool) {
		v, ok := env.lookup(name)
		return strings.ReplaceAll(v, "'", "''"), ok
	})
	if err != nil {
		return nil, err
	}
	equal, err := Expand(s.Equal, env.lookup)
	return &sqlCheck{query: query, equal: equal, env: env}, err
}

func (k *sqlCheck) attempt(ctx context.Context) outcome {
	got, err := k.env.Query(ctx, k.query)
	if err != nil {
		return outcome{err: fmt.Errorf("ask the database: %w", err), saw: "no answer"}
	}
	if got == k.equal {
		return outcome{ok: true, saw: got}
	}
	return outcome{saw: got, misses: []miss{{"the query's answer", "<" + k.equal + ">", "<" + got + ">"}}}
}

func (k *sqlCheck) explain(_ context.Context, f *release.Fault, _ outcome) {
	f.Evidence = append([]release.Evidence{{Label: "query", Lines: plainLines(newMasker(k.env.Secrets).mask(k.query), 20)}}, f.Evidence...)
}
