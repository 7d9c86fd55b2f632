package ledger

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// schemaLock is the advisory lock under which the schema is made: that of migrations (migrate.LockKey), whose record lives in the same schema. Postgres would
// let two sessions run into each other at "create schema if not exists".
const schemaLock int64 = 0x726561646d656f70

// tables are all that we make.
const tables = `create schema if not exists readme_ops;
create table if not exists readme_ops.runs (
	run        text primary key,
	ordinal    bigint not null unique generated always as identity,
	env        text not null,
	purpose    text not null default '',
	commit     text not null default '',
	digest     text not null default '',
	by         text not null default '',
	host       text not null default '',
	program    text not null default '',
	ci         text not null default '',
	started_at timestamptz not null default clock_timestamp(),
	ended_at   timestamptz,
	verdict    text not null default ''
);
create table if not exists readme_ops.events (
	run  text not null,
	seq  bigint not null,
	kind text not null,
	line text not null,
	primary key (run, seq)
);
create table if not exists readme_ops.leases (
	env         text primary key,
	epoch       bigint not null,
	run         text not null,
	owner       text not null,
	host        text not null,
	pid         bigint not null,
	ci          text not null,
	step        text not null,
	acquired_at timestamptz not null,
	renewed_at  timestamptz not null,
	expires_at  timestamptz not null
);
create table if not exists readme_ops.drift (
	env        text not null,
	key        text not null,
	first_seen timestamptz not null default clock_timestamp(),
	last_seen  timestamptz not null default clock_timestamp(),
	primary key (env, key)
);
create table if not exists readme_ops.keys (
	env             text primary key,
	fingerprint_key bytea not null check (octet_length(fingerprint_key) = 32),
	made_at         timestamptz not null default clock_timestamp()
);
create table if not exists readme_ops.pushed (
	env         text not null,
	service     text not null,
	variable    text not null,
	fingerprint text not null,
	run         text not null default '',
	by          text not null default '',
	pushed_at   timestamptz not null default clock_timestamp(),
	primary key (env, service, variable)
);
comment on table readme_ops.runs is 'written by readme-ops: one row for each release, in the order in which this database heard of them';
comment on table readme_ops.events is 'written by readme-ops: what happened in each run, as its journal and --view json have it';
comment on table readme_ops.leases is 'written by readme-ops: who may release now; a row whose expires_at is past is nobody';
comment on table readme_ops.drift is 'written by readme-ops: since when a difference is there';
comment on table readme_ops.keys is 'written by readme-ops: the key of the fingerprints of values; without it nobody can tell what was pushed';
comment on table readme_ops.pushed is 'written by readme-ops: fingerprints of the values that it has written to vendors last; no value can be read from them';
`

// revokes takes back what default privileges of the database may have given away.
const revokes = `do $$
declare g record;
begin
	for g in
		select distinct c.relname, a.grantee from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
		where c.relnamespace = 'readme_ops'::regnamespace and a.grantee <> c.relowner
		and c.relname in ('runs', 'runs_ordinal_seq', 'events', 'leases', 'drift', 'keys', 'pushed')
	loop
		execute format('revoke all on readme_ops.%I from %s', g.relname,
			case when g.grantee = 0 then 'public' else quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) end);
	end loop;
	if (select pg_catalog.pg_has_role(nspowner, 'member') from pg_catalog.pg_namespace where nspname = 'readme_ops') then
		revoke all on schema readme_ops from public;
	end if;
end $$;`

// Prepare makes the schema, its tables and this environment's key where they are missing, in one transaction, and takes the rights on them from
// everybody but their owner. A schema of an earlier readme-ops is brought up to date. It is for after the approval: plan and other readers do without a schema.
func (d Database) Prepare(ctx context.Context) error {
	if d.None() {
		return nil
	}
	return d.with(ctx, "prepare the record", func(ctx context.Context, conn *pgx.Conn) error {
		if there, err := d.prepared(ctx, conn); err != nil || there {
			return err
		}
		tx, err := conn.Begin(ctx)
		if err != nil {
			return err
		}
		defer rollback(ctx, tx)
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1::bigint)`, plain, schemaLock); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, tables+revokes, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		if err := d.drawKey(ctx, tx); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}

// prepared reports whether all tables are there, and this environment's key.
func (d Database) prepared(ctx context.Context, q Querier) (there bool, err error) {
	err = q.QueryRow(ctx, `select count(to_regclass('readme_ops.' || t)) = 6
		from unnest(array['runs', 'events', 'leases', 'drift', 'keys', 'pushed']) t`, plain).Scan(&there)
	if err != nil || !there {
		return false, err
	}
	err = q.QueryRow(ctx, `select exists (select from readme_ops.keys where env = $1::text)`, plain, d.Env).Scan(&there)
	return there, err
}

// rollback ends a transaction that was not committed, also when ctx is over.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	_ = tx.Rollback(ctx) // after a commit there is nothing to roll back; otherwise closing the connection does it
}
