package app

import (
	"context"

	"github.com/jackc/pgx/v5"

	"readme/cli/box"
	"readme/cli/ledger"
	"readme/cli/migrate"
	"readme/cli/release"
	"readme/cli/spec"
)

// recordIn is the record in an environment's own Postgres; none without an address.
func recordIn(env string, url release.Secret) ledger.Database {
	if url.Empty() {
		return ledger.Database{}
	}
	return ledger.Database{Env: env, Dial: func(ctx context.Context) (*pgx.Conn, error) {
		return migrate.Connect(ctx, url, "readme-ops record")
	}}
}

// record is that of an opened environment.
func (w *world) record() ledger.Database { return recordIn(w.env.Name, w.steps.Database) }

// recordOf is that of an environment that nobody has opened: none where the product has no database, or its box is down.
// The error says why a pinned environment's address is not known here.
func (a *app) recordOf(ctx context.Context, p *project, env spec.Environment) (ledger.Database, error) {
	if env.Box {
		info, up := box.Running(p.home)
		if !up || info.Env != env.Name {
			return ledger.Database{}, nil
		}
		return recordIn(env.Name, info.Database), nil
	}
	values, err := a.given(ctx, p, env, "DATABASE_URL")
	if url := values["DATABASE_URL"]; !url.Empty() {
		return recordIn(env.Name, url), nil
	}
	if p.rel.Migrations.Dir == "" {
		err = nil
	}
	return ledger.Database{}, err
}
