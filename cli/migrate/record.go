package migrate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Applied is one row of the record, table readme_ops.migrations.
type Applied struct {
	Version int64
	Name    string
	SHA256  string
	At      time.Time
	Took    time.Duration
	Commit  string // what was released with it; "" if applied by hand
	Release string // the run that applied it; "" if applied by hand
	Started bool   // its statements ran outside a transaction, and it is not on record that they all did
}

// The record's schema is not one that a Data API shows, and nobody but its owner gets rights on it.
const createRecord = `create schema if not exists readme_ops;
create table if not exists readme_ops.migrations (
	version    bigint primary key,
	name       text not null,
	sha256     text not null,
	applied_at timestamptz not null default clock_timestamp(),
	took_ms    bigint not null default 0,
	commit     text not null default '',
	release    text not null default '',
	started    boolean not null default false
);
comment on table readme_ops.migrations is 'written by readme-ops: one row for each applied file of migrations/';
comment on column readme_ops.migrations.started is 'begun outside a transaction, and not known to have ended well';`

// Querier is a connection or a transaction.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// hasRecord reports whether the table is there, without making it.
func hasRecord(ctx context.Context, q Querier) (bool, error) {
	var there bool
	err := q.QueryRow(ctx, `select to_regclass('readme_ops.migrations') is not null`).Scan(&there)
	return there, err
}

// readRecord reads all rows, by version. There are none if the table does not exist.
func readRecord(ctx context.Context, q Querier) ([]Applied, error) {
	if there, err := hasRecord(ctx, q); err != nil || !there {
		return nil, err
	}
	rows, err := q.Query(ctx, `select version, name, sha256, applied_at, took_ms, commit, release, started
		from readme_ops.migrations order by version`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Applied, error) {
		var a Applied
		var ms int64
		err := row.Scan(&a.Version, &a.Name, &a.SHA256, &a.At, &ms, &a.Commit, &a.Release, &a.Started)
		a.Took = time.Duration(ms) * time.Millisecond
		return a, err
	})
}

// findRecord reads one row; nil if there is none.
func findRecord(ctx context.Context, q Querier, version int64) (*Applied, error) {
	all, err := readRecord(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Version == version {
			return &a, nil
		}
	}
	return nil, nil //nolint:nilnil // no row is no error
}

// ensureRecord makes the schema and the table if they are missing. The caller holds the lock.
func ensureRecord(ctx context.Context, q Querier) error {
	there, err := hasRecord(ctx, q)
	if err != nil || there {
		return err
	}
	if _, err := q.Exec(ctx, createRecord, pgx.QueryExecModeSimpleProtocol); err != nil {
		return fmt.Errorf("create schema readme_ops: %w", err)
	}
	return nil
}

func writeRecord(ctx context.Context, q Querier, m Migration, o Options, took time.Duration, started bool) error {
	_, err := q.Exec(ctx, `insert into readme_ops.migrations (version, name, sha256, took_ms, commit, release, started)
		values ($1, $2, $3, $4, $5, $6, $7)`, m.Version, m.Name, m.SHA256, took.Milliseconds(), o.Commit, o.Release, started)
	return err
}

func finishRecord(ctx context.Context, q Querier, m Migration, took time.Duration) error {
	tag, err := q.Exec(ctx, `update readme_ops.migrations set started = false, took_ms = $2, applied_at = clock_timestamp()
		where version = $1 and started`, m.Version, took.Milliseconds())
	if err == nil && tag.RowsAffected() != 1 {
		err = errors.New("the row that says that it was started is gone")
	}
	return err
}
