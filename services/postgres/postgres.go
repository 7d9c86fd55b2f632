// Package postgres keeps the table of books, through pgx.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"readme/services/books"
)

const (
	// maxConns is small because Supabase's session pooler pins a server connection to each of them.
	maxConns = 4
	// patience is the time for one statement, waiting for a connection and connecting included.
	patience = 5 * time.Second
	// transactionPooler is the port of Supabase's transaction pooler, where prepared statements of one client meet the
	// connections of another: pgx's default mode failed there in three of four queries.
	transactionPooler = 6543
)

// Store is the table of books in Postgres. Its errors name the statement and never hold the URL.
type Store struct {
	pool *pgxpool.Pool
}

var _ books.Store = (*Store)(nil)

// Open checks databaseURL and connects when the first statement needs it, so a database that is away is no error here.
// name is shown in pg_stat_activity; ctx is not kept.
func Open(ctx context.Context, databaseURL, name string) (*Store, error) {
	cfg, err := parse(databaseURL, name)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, errors.New("open database: the pool refuses its configuration") // the cause may quote the URL
	}
	return &Store{pool: pool}, nil
}

func parse(databaseURL, name string) (*pgxpool.Config, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return nil, errors.New("parse database URL: it must look like postgres://user:password@host:5432/name")
	}
	query := u.Query()
	if u.Hostname() == "" && query.Get("host") == "" {
		return nil, errors.New("parse database URL: it names no host")
	}
	if !query.Has("sslmode") && !local(u) {
		query.Set("sslmode", "require") // pgx's default goes on without TLS when the server has none
		u.RawQuery = query.Encode()
	}
	cfg, err := pgxpool.ParseConfig(u.String())
	if err != nil {
		return nil, errors.New("parse database URL: a part or parameter of it is not valid") // the cause may quote the password
	}
	if cfg.ConnConfig.Port == transactionPooler {
		cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	if !query.Has("pool_max_conns") {
		cfg.MaxConns = maxConns
	}
	cfg.MaxConnLifetime = 30 * time.Minute
	cfg.MaxConnLifetimeJitter = 5 * time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = patience
	if !query.Has("application_name") {
		cfg.ConnConfig.RuntimeParams["application_name"] = name
	}
	return cfg, nil
}

func local(u *url.URL) bool {
	host := u.Hostname()
	if host == "" {
		return strings.HasPrefix(u.Query().Get("host"), "/") // a socket in the file system
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close waits for the statements that run, and closes all connections.
func (s *Store) Close() { s.pool.Close() }

// Ping reads the table of books, so it fails too when the migrations have not run.
func (s *Store) Ping(ctx context.Context) error {
	return s.exec(ctx, "reach database", `select 1 from public.books limit 1`)
}

// exec runs one statement within the patience; action names it in the error.
func (s *Store) exec(ctx context.Context, action, sql string, args ...any) error {
	_, err := s.change(ctx, action, sql, args...)
	return err
}

// change is exec that tells how many rows the statement met.
func (s *Store) change(ctx context.Context, action, sql string, args ...any) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tag, err := s.pool.Exec(ctx, sql, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", action, err)
	}
	return tag.RowsAffected(), nil
}

// collect runs one query within the patience and makes a value of each row.
func collect[T any](ctx context.Context, s *Store, action string, row pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	values, err := pgx.CollectRows(rows, row)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	return values, nil
}
