package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// keySize is the length of a key of fingerprints in bytes.
const keySize = 32

// Pushed is one variable that readme-ops has written to a vendor and read back: the last write of each.
type Pushed struct {
	Service, Variable string
	Fingerprint       string    // of the value, under the environment's key
	Run, By           string    // which run wrote it, and who ran that
	At                time.Time // by the database's clock
}

// drawKey gives the environment a key where it has none. One that is there is never replaced: all that was pushed would be unknown.
func (d Database) drawKey(ctx context.Context, q Querier) error {
	key := make([]byte, keySize)
	rand.Read(key)
	_, err := q.Exec(ctx, `insert into readme_ops.keys (env, fingerprint_key) values ($1::text, $2::bytea) on conflict (env) do nothing`, plain, d.Env, key)
	return err
}

// FingerprintKey gives the key of the environment's fingerprints, which Prepare draws; nil where there is none yet.
func (d Database) FingerprintKey(ctx context.Context) (key []byte, err error) {
	if d.None() {
		return nil, nil
	}
	err = d.with(ctx, "read the key of fingerprints", func(ctx context.Context, conn *pgx.Conn) error {
		key, err = readKey(ctx, conn, d.Env)
		return err
	})
	if missing(err) {
		return nil, nil
	}
	return key, err
}

func readKey(ctx context.Context, q Querier, env string) (key []byte, err error) {
	err = q.QueryRow(ctx, `select fingerprint_key from readme_ops.keys where env = $1::text`, plain, env).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return key, err
}

// Pushed gives the last write of every variable, by service and name. Where there is no schema there are none.
func (d Database) Pushed(ctx context.Context) (list []Pushed, err error) {
	if d.None() {
		return nil, nil
	}
	err = d.with(ctx, "read what was pushed", func(ctx context.Context, conn *pgx.Conn) error {
		list, err = readPushed(ctx, conn, d.Env)
		return err
	})
	if missing(err) {
		return nil, nil
	}
	return list, err
}

func readPushed(ctx context.Context, q Querier, env string) ([]Pushed, error) {
	rows, err := q.Query(ctx, `select service, variable, fingerprint, run, by, pushed_at from readme_ops.pushed
		where env = $1::text order by service, variable`, plain, env)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Pushed])
}

// NotePushed keeps what was written and read back, in place of what is on record for these variables. At is ignored: the database's clock counts. It needs the
// schema, which Prepare makes.
func (d Database) NotePushed(ctx context.Context, list []Pushed) error {
	if d.None() || len(list) == 0 {
		return nil
	}
	columns := make([][]string, 5)
	for _, p := range list {
		for i, text := range []string{p.Service, p.Variable, p.Fingerprint, p.Run, p.By} {
			columns[i] = append(columns[i], text)
		}
	}
	return d.with(ctx, "note what was pushed", func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `insert into readme_ops.pushed as p (env, service, variable, fingerprint, run, by)
			select distinct on (service, variable) $1::text, service, variable, fingerprint, run, by
			from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality as n (service, variable, fingerprint, run, by, place)
			order by service, variable, place desc
			on conflict (env, service, variable) do update
			set fingerprint = excluded.fingerprint, run = excluded.run, by = excluded.by, pushed_at = clock_timestamp()`,
			plain, d.Env, columns[0], columns[1], columns[2], columns[3], columns[4])
		return err
	})
}

// Fingerprints gives the key and what was pushed in one go; no key and nothing where there is no schema yet.
func (d Database) Fingerprints(ctx context.Context) (key []byte, list []Pushed, err error) {
	if d.None() {
		return nil, nil, nil
	}
	err = d.with(ctx, "read what was pushed", func(ctx context.Context, conn *pgx.Conn) error {
		if key, err = readKey(ctx, conn, d.Env); err != nil {
			return err
		}
		list, err = readPushed(ctx, conn, d.Env)
		return err
	})
	if missing(err) {
		return nil, nil, nil
	}
	return key, list, err
}
