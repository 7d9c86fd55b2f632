package app

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"readme/cli/ledger"
	"readme/cli/migrate"
	"readme/cli/release"
)

func (w *world) record() ledger.Database {
	return ledger.Database{Env: w.env.Name, Dial: func(ctx context.Context) (*pgx.Conn, error) {
		return migrate.Connect(ctx, w.steps.Database, "readme-ops record")
	}}
}

func (a *app) say(format string, args ...any) {
	_, _ = fmt.Fprintln(a.sys.Err, release.Printable(fmt.Sprintf(format, args...)))
}
