package migrate

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"readme/cli/release"
)

//go:embed exposed.sql
var exposedSQL string

// Table is a table, or something else with rows, that the public roles of Supabase's Data API get at.
type Table struct {
	Name  string   // ready for SQL: public.books, public."Odd name"
	Kind  string   // "table", "partitioned table", "view", "materialized view", "foreign table"
	Roles []string // anon, authenticated: those that may read or write it
}

// Exposed lists what of schema public is open to the roles anon and authenticated: tables without row level security,
// views that run with their owner's rights, and what can have neither. Where those roles do not exist nothing is open.
// What belongs to an extension is left out: its owner is Supabase, and a migration cannot change it. It changes nothing.
// Its error is a *release.Fault without the password, or the context's.
func Exposed(ctx context.Context, database release.Secret) ([]Table, error) {
	a, err := parse(database)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	conn, err := a.connect(ctx, "readme-ops exposed", nil)
	if err != nil {
		return nil, err
	}
	defer leave(ctx, conn)
	var out []Table
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, exposedSQL)
		if err == nil {
			out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Table])
		}
		return err
	})
	switch {
	case err == nil:
		return out, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	return nil, &release.Fault{
		Title: "whether a table is open to everybody cannot be seen", Exit: release.ExitStepFailed, Cause: err,
		Evidence: []release.Evidence{{Label: "Postgres at " + a.server(), Lines: []string{a.scrub(lastCause(err))}}},
		Try:      "readme-ops doctor",
	}
}

// Mend is the SQL that closes it.
func (t Table) Mend() string {
	switch t.Kind {
	case "view":
		return "alter view " + t.Name + " set (security_invoker = true);"
	case "table", "partitioned table":
		return "alter table " + t.Name + " enable row level security;"
	}
	return "revoke all on " + t.Name + " from " + strings.Join(t.Roles, ", ") + ";"
}

// String is one line for people.
func (t Table) String() string {
	return fmt.Sprintf("%s %s is open to %s", t.Kind, t.Name, strings.Join(t.Roles, " and "))
}

// Opened gives what is exposed now and was not before.
func Opened(before, now []Table) []Table {
	return slices.DeleteFunc(slices.Clone(now), func(t Table) bool {
		return slices.ContainsFunc(before, func(b Table) bool { return b.Name == t.Name })
	})
}

// OpenFault tells a person what is open and how to close it; nil if nothing is.
func OpenFault(open []Table) *release.Fault {
	if len(open) == 0 {
		return nil
	}
	f := &release.Fault{
		Title: open[0].String(),
		Detail: "Supabase's Data API hands its rows to whoever has the project's public key, which is in every browser. " +
			"Close it at once, and put the same SQL into a new migration",
	}
	if len(open) > 1 {
		f.Title = fmt.Sprintf("%d tables and views of public are open to everybody", len(open))
	}
	var lines, mend []string
	for _, t := range open {
		lines, mend = append(lines, t.String()), append(mend, t.Mend())
	}
	f.Evidence = []release.Evidence{{Label: "open", Lines: lines}, {Label: "the SQL that closes it", Lines: mend}}
	f.Try = `psql "$DATABASE_URL" -c ` + release.ShellWord(strings.Join(mend, " "))
	return f
}
