package ledger

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Sighting says since when a difference is there, by the database's clock.
type Sighting struct {
	First time.Time
	Age   time.Duration
}

// Seen notes that these differences are there now, and no others: one that goes and comes back begins anew. It tells since when each is. Where there is no schema nothing is noted, and the
// map is empty.
func (d Database) Seen(ctx context.Context, keys []string) (map[string]Sighting, error) {
	seen := map[string]Sighting{}
	if d.None() {
		return seen, nil
	}
	if keys == nil {
		keys = []string{}
	}
	err := d.with(ctx, "note the drift", func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `with gone as (
				delete from readme_ops.drift where env = $1::text and key <> all ($2::text[])
			)
			insert into readme_ops.drift as d (env, key) select distinct $1::text, k from unnest($2::text[]) k order by 2
			on conflict (env, key) do update set last_seen = clock_timestamp()
			returning key, first_seen, (extract(epoch from clock_timestamp() - first_seen) * 1000)::bigint`, plain, d.Env, keys)
		if err != nil {
			return err
		}
		return sightings(rows, seen)
	})
	if missing(err) {
		return map[string]Sighting{}, nil
	}
	return seen, err
}

// Sighted gives what Seen has noted last, and notes nothing. Where there is no schema the map is empty.
func (d Database) Sighted(ctx context.Context) (map[string]Sighting, error) {
	seen := map[string]Sighting{}
	if d.None() {
		return seen, nil
	}
	err := d.with(ctx, "read the drift", func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `select key, first_seen, (extract(epoch from clock_timestamp() - first_seen) * 1000)::bigint
			from readme_ops.drift where env = $1::text`, plain, d.Env)
		if err != nil {
			return err
		}
		return sightings(rows, seen)
	})
	if missing(err) {
		return map[string]Sighting{}, nil
	}
	return seen, err
}

// sightings reads rows of key, first_seen and the age in milliseconds.
func sightings(rows pgx.Rows, into map[string]Sighting) error {
	defer rows.Close()
	for rows.Next() {
		var key string
		var s Sighting
		var age int64
		if err := rows.Scan(&key, &s.First, &age); err != nil {
			return err
		}
		s.Age = max(0, time.Duration(age)*time.Millisecond)
		into[key] = s
	}
	return rows.Err()
}
