package migrate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"readme/cli/release"
)

// explain turns the failure of one file into a Fault: the line, what Postgres said, what is applied and what is not.
func (r *runner) explain(ctx context.Context, err error, m Migration, done []Result, rest []Migration) error {
	if f, ok := errors.AsType[*release.Fault](err); ok {
		f.Evidence = append(f.Evidence, tally(done, m, rest)...)
		return f
	}
	f := &release.Fault{
		Title: m.Name + " failed",
		Where: &release.Place{File: m.File},
		Try:   `psql "$DATABASE_URL" -c 'table readme_ops.migrations'`,
		Exit:  release.ExitStepFailed, Cause: err,
	}
	if lost, ok := errors.AsType[*fenceError](err); ok {
		r.explainFence(f, m, lost)
	} else if failed, ok := errors.AsType[*statementError](err); ok {
		r.explainStatement(f, m, failed)
	} else if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		f.Title = m.Name + " could not be applied: " + pg.Message
		f.Evidence = append(f.Evidence, r.said(pg))
		f.Try = m.edit(0)
	} else if ctx.Err() == nil {
		f.Title = m.Name + " could not be applied"
		f.Evidence = append(f.Evidence, r.broken(err))
	}
	if ctx.Err() != nil {
		f.Title, f.Exit = m.Name+" was stopped", 0
		f.Cause = context.Cause(ctx)
	}
	outcome(f, m, err)
	f.Evidence = append(f.Evidence, tally(done, m, rest)...)
	return f
}

// outcome says in a sentence what the failed file has left.
func outcome(f *release.Fault, m Migration, err error) {
	say := func(text string) {
		if f.Detail != "" {
			f.Detail += "; "
		}
		f.Detail += text
	}
	started, isStarted := errors.AsType[*startedError](err)
	_, isUnknown := errors.AsType[*unknownError](err)
	switch {
	case isStarted && !started.clean:
		f.Exit = release.ExitNotPutBack
		say("its statements run outside a transaction: those before this one are done, and it stays on record as started until a person has looked")
		for _, index := range started.invalid {
			f.Evidence = append(f.Evidence, release.Evidence{Label: "an index that is not valid", Lines: []string{"drop index concurrently " + index + ";"}})
		}
		f.Try = unfinished(Applied{Version: m.Version}).Try
	case isUnknown:
		f.Exit = release.ExitNotPutBack
		say("the connection broke during the commit, and the server could not be asked whether it happened")
	case errors.Is(err, errEnded):
		f.Exit = release.ExitNotPutBack
		say("a statement ended the transaction, so what stands before it may be applied without being on record")
	default:
		say("nothing of it is applied")
	}
}

// explainStatement adds the place of the error, with a caret, and what Postgres said.
func (r *runner) explainStatement(f *release.Fault, m Migration, failed *statementError) {
	s := m.Statements[failed.index]
	at := s.Offset
	f.Detail = fmt.Sprintf("statement %d of %d", failed.index+1, len(m.Statements))
	pg, isServer := errors.AsType[*pgconn.PgError](failed.err)
	if isServer {
		f.Title = m.Name + " failed: " + pg.Message
		if pg.Position > 0 {
			at += characters(s.SQL, int(pg.Position))
		}
		if help := serverHelp(pg); help != "" {
			f.Detail += "; " + help
		}
		if pg.Code == noTransactionEnd {
			f.Exit = release.ExitInvalid
		}
	}
	line, column := place(m.source, at)
	f.Where = &release.Place{File: m.File, Line: line, Column: column}
	f.Evidence = append(f.Evidence, release.Evidence{Label: m.File, Lines: caret(m.source, at)})
	f.Try = m.edit(at)
	if isServer {
		f.Evidence = append(f.Evidence, r.said(pg))
		if pg.InternalQuery != "" {
			f.Evidence = append(f.Evidence, release.Evidence{
				Label: "in the query", Lines: caret([]byte(pg.InternalQuery), characters(pg.InternalQuery, int(pg.InternalPosition))),
			})
		}
		if pg.Code == lockNotAvailable {
			f.Try = `psql "$DATABASE_URL" -c "select pid, usename, state, xact_start, query from pg_stat_activity where xact_start is not null order by xact_start"`
		}
		return
	}
	if errors.Is(failed.err, errEnded) {
		f.Title = m.Name + " ended its own transaction"
		return
	}
	f.Evidence = append(f.Evidence, r.broken(failed.err))
}

// broken is an error of the connection, not of the SQL.
func (r *runner) broken(err error) release.Evidence {
	return release.Evidence{Label: "the connection to " + r.address.server(), Lines: []string{r.address.scrub(lastCause(err))}}
}

// serverHelp adds what Postgres cannot know: how this tool runs a file.
func serverHelp(pg *pgconn.PgError) string {
	switch pg.Code {
	case lockNotAvailable:
		return "somebody else works on the table; a short lock_timeout keeps the product from queueing behind us"
	case queryCanceled:
		return "it ran longer than the statement timeout, or was cancelled"
	case noTransactionEnd:
		return "a migration is one transaction and cannot commit by itself, not in a procedure or a DO block either"
	case noTransactionBlock:
		return "put it into a file of its own whose first line is `-- " + markPrefix + " " + markNoTransaction + "`"
	case "42501":
		return "the role in DATABASE_URL lacks a right"
	}
	return ""
}

// said is the server's error with all that it added.
func (r *runner) said(pg *pgconn.PgError) release.Evidence {
	lines := []string{pg.Severity + ": " + pg.Message + " (SQLSTATE " + pg.Code + ")"}
	for _, more := range [][2]string{{"detail", pg.Detail}, {"hint", pg.Hint}, {"where", pg.Where}} {
		if more[1] != "" {
			lines = append(lines, more[0]+": "+strings.ReplaceAll(more[1], "\n", "\n  "))
		}
	}
	for i := range lines {
		lines[i] = r.address.scrub(lines[i])
	}
	return release.Evidence{Label: "Postgres says", Lines: lines}
}

// tally lists what is applied and what is not.
func tally(done []Result, failed Migration, rest []Migration) []release.Evidence {
	var applied []string
	for _, r := range done {
		applied = append(applied, r.Migration.Name)
	}
	left := []string{failed.Name}
	for _, m := range rest {
		left = append(left, m.Name)
	}
	evidence := []release.Evidence{{Label: "not applied", Lines: left}}
	if len(applied) > 0 {
		evidence = append([]release.Evidence{{Label: "applied, and kept", Lines: applied}}, evidence...)
	}
	return evidence
}
