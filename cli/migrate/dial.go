package migrate

import (
	"context"

	"github.com/jackc/pgx/v5"

	"readme/cli/release"
)

// Connect opens a connection for others that keep a record in the same Postgres: with the checks of the address, the deadlines and the words of this
// package. application shows up in pg_stat_activity. Its error is a *release.Fault without the password, or the context's. The caller closes it.
func Connect(ctx context.Context, url release.Secret, application string) (*pgx.Conn, error) {
	a, err := parse(url)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*dialTimeout)
	defer cancel()
	return a.connect(ctx, application, nil)
}
