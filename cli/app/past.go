package app

import (
	"context"
	"path/filepath"
	"time"

	"readme/cli/env"
	"readme/cli/gate"
	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/spec"
)

const (
	pastPatience = 15 * time.Second // for all that another environment's database is asked
	pastRuns     = 500              // of them; a commit is seldom promoted so late
)

// pastOf reads what is on record of an environment that is not the one being released to: in its own Postgres, where its
// address is given, and in the journals of this machine. A database that does not answer leaves the journals.
func (a *app) pastOf(ctx context.Context, p *project, e spec.Environment) (gate.Record, error) {
	db, there := a.otherRecord(p, e)
	here := "looked in the journals of this machine (" + near(a, p.runs()) + ")"
	asked, cancel := context.WithTimeout(ctx, pastPatience)
	defer cancel()
	runs, err := ledger.All(asked, p.runs(), pastRuns, db)
	if err != nil && !db.None() && ctx.Err() == nil {
		there = "not in the Postgres of " + e.Name + ": " + plainly(err)
		runs, err = ledger.List(p.runs())
	}
	record := gate.Record{Looked: []string{here}}
	if there != "" {
		record.Looked = append(record.Looked, there)
	}
	for _, r := range runs {
		if s := r.State; s != nil && s.Plan.Env == e.Name && s.Plan.Project == p.rel.Project && s.Plan.Purpose != release.Smoke && s.Plan.Purpose != release.Variables {
			record.Runs = append(record.Runs, gate.RunOf(s, r.Gone))
		}
	}
	return record, err
}

// otherRecord is the record in the Postgres of an environment that nobody has opened, and where that is or why it is not
// known. Its address stands in its own values file, or in a variable that bears its name: DATABASE_URL of this process is
// that of the environment being released to. The box's record is in the journals of this machine.
func (a *app) otherRecord(p *project, e spec.Environment) (ledger.Database, string) {
	if e.Box || p.rel.Migrations.Dir == "" {
		return ledger.Database{}, ""
	}
	variable := recordVariable(e.Name)
	url, places := a.sys.recordElsewhere(e.Name), variable+" does not give its address"
	if e.Values != "" {
		path := filepath.Join(p.values, e.Values)
		places = "neither " + path + " nor " + variable + " gives its address"
		if file, _, err := env.ReadFile(path); err == nil {
			if v, ok := file.Get("DATABASE_URL"); ok && !v.Value.Empty() {
				url = v.Value
			}
		}
	}
	if url.Empty() {
		return ledger.Database{}, "not in the Postgres of " + e.Name + ": " + places
	}
	return recordIn(e.Name, url), "looked in the Postgres of " + e.Name + " (" + databaseName(url) + ")"
}

// near is a path as a person would write it.
func near(a *app, path string) string {
	if r, err := filepath.Rel(a.sys.Dir, path); err == nil && filepath.IsLocal(r) {
		return r
	}
	return path
}
